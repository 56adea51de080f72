// SPDX-License-Identifier: Apache-2.0
// A list of filter.names compiled: plain patterns in hash sets, so that a list of 100 000 names costs a look-up a
// label; patterns with a `*` inside a label are tried one by one. One thread: the public suffixes are cached.
//   example.com     that name
//   .example.com    that name and all below it
//   *.example.com   all below it
//   ad*.example.com `*` elsewhere: any run of characters within the label
//   *               every name
//   registered:example.co.uk  names whose registered domain this is; `*` stands for any run of characters, so that
//                             registered:example.* is example under every public suffix
//   suffix:co.uk              names whose public suffix this is
#pragma once

#include "dns/public_suffix.h"
#include "pipeline/string_set.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dnsmon {

class NamePatterns {
  public:
    explicit NamePatterns(std::span<const std::string> patterns);
    [[nodiscard]] bool empty() const;
    /// `name` as dns::append_name writes it, in lower case.
    [[nodiscard]] bool match(std::string_view name);

  private:
    enum class Reach : std::uint8_t { kSelf, kBelow, kSelfAndBelow };
    struct Glob {
        std::vector<std::string> labels;
        Reach reach;
    };
    void add(std::string pattern);
    void add_registered(std::string pattern);
    [[nodiscard]] bool match_domains(std::string_view name);

    bool every_name_ = false;
    StringSet self_;  ///< names that match themselves
    StringSet below_; ///< names that match what is below them
    std::vector<Glob> globs_;
    StringSet registered_;
    std::vector<std::string> registered_globs_;
    StringSet suffixes_;
    std::optional<PublicSuffix> public_suffix_; ///< where a pattern asks for it
};

/// ASCII only, as names compare (RFC 4343).
void to_lower(std::string& text);

} // namespace dnsmon
