// SPDX-License-Identifier: Apache-2.0
// The one wildcard of filters: `*` stands for any run of characters, an empty one too. Work is bounded by
// pattern × text, whatever either holds. Reads only; any thread.
#pragma once

#include <string_view>

namespace dnsmon {

[[nodiscard]] bool glob_match(std::string_view pattern, std::string_view text);
[[nodiscard]] inline bool is_glob(std::string_view pattern) {
    return pattern.find('*') != std::string_view::npos;
}

} // namespace dnsmon
