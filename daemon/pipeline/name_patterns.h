// SPDX-License-Identifier: Apache-2.0
// A list of filter.names compiled: plain patterns in hash sets, so that a list of 100 000 names costs a look-up a
// label; patterns with a `*` inside a label are tried one by one. Immutable after construction.
//   example.com     that name
//   .example.com    that name and all below it
//   *.example.com   all below it
//   ad*.example.com `*` elsewhere: any run of characters within the label
//   *               every name
#pragma once

#include "pipeline/string_set.h"

#include <cstdint>
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
    [[nodiscard]] bool match(std::string_view name) const;

  private:
    enum class Reach : std::uint8_t { kSelf, kBelow, kSelfAndBelow };
    struct Glob {
        std::vector<std::string> labels;
        Reach reach;
    };
    void add(std::string pattern);

    bool every_name_ = false;
    StringSet self_;  ///< names that match themselves
    StringSet below_; ///< names that match what is below them
    std::vector<Glob> globs_;
};

/// ASCII only, as names compare (RFC 4343).
void to_lower(std::string& text);

} // namespace dnsmon
