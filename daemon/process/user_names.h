// SPDX-License-Identifier: Apache-2.0
// User and group names by id, from the host's user database (NSS), cached and bounded: a lookup may go to LDAP, so it
// is made once per id and lifetime of the cache entry. Each worker thread has its own.
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
    using Names = std::unordered_map<std::uint32_t, std::string>;
    Names users_;
    Names groups_;
};

} // namespace dnsmon
