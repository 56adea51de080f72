// SPDX-License-Identifier: Apache-2.0
// User and group names by id, from the host's user database (NSS), cached and bounded: a lookup may go to LDAP, so it
// is made once per id and minute: names are given anew (DynamicUser=). Each worker thread has its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dnsmon {

class UserNames {
  public:
    [[nodiscard]] std::string_view user(std::uint32_t uid);  ///< empty: not known; valid until the next call
    [[nodiscard]] std::string_view group(std::uint32_t gid); ///< empty: not known; valid until the next call

  private:
    struct Name {
        std::string text;
        std::int64_t asked_ns = 0; ///< CLOCK_MONOTONIC
    };
    using Names = std::unordered_map<std::uint32_t, Name>;
    template <typename Lookup>
    static std::string_view cached(Names& names, std::uint32_t id, const Lookup& lookup);

    Names users_;
    Names groups_;
};

} // namespace dnsmon
