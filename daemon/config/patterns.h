// SPDX-License-Identifier: Apache-2.0
// Is a text of the configuration well-formed as what it is used for: an interface, a file, a filter's pattern? Asks
// neither the system (but for its public suffix list) nor the network: an interface may appear later, a file's directory
// is the output's business.
#pragma once

#include "util/result.h"

#include <string>
#include <string_view>

namespace dnsmon {

/// As the kernel's dev_valid_name().
[[nodiscard]] Result<std::string> parse_interface_name(std::string_view text);
/// A network namespace: its name in /run/netns, or a path.
[[nodiscard]] Result<std::string> parse_namespace(std::string_view text);
[[nodiscard]] Result<std::string> parse_file_path(std::string_view text);
// Beginnings of name patterns that go by the public suffix list.
constexpr std::string_view kRegisteredPrefix = "registered:";
constexpr std::string_view kSuffixPrefix = "suffix:";

/// "example.com", ".example.com", "*.example.com", "ad*.example.com", "registered:example.co.uk", "suffix:co.uk": meaning
/// in pipeline/name_patterns.h.
[[nodiscard]] Result<std::string> parse_name_pattern(std::string_view text);
/// "dig", "python3*", "/usr/bin/*": meaning in pipeline/filter.h.
[[nodiscard]] Result<std::string> parse_process_pattern(std::string_view text);

} // namespace dnsmon
