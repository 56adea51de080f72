// SPDX-License-Identifier: Apache-2.0
// A network of the configuration: "192.0.2.0/24", "2001:db8::/32", or one address; and where to listen. Plain values that
// know no packets.
#pragma once

#include "util/result.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace dnsmon {

struct Network {
    std::array<std::uint8_t, 16> prefix{}; ///< IPv4 as ::ffff:a.b.c.d
    std::uint8_t bits = 0;                 ///< of the 16 bytes: 96 more than what is written for IPv4

    bool operator==(const Network&) const = default;
    [[nodiscard]] bool contains(const std::array<std::uint8_t, 16>& address) const;
};

/// Bits behind the prefix must be zero: a slip of the pen would otherwise go unseen.
[[nodiscard]] Result<Network> parse_network(std::string_view text);

/// "127.0.0.1:9153": an IPv4 address of this host and a port, as they are written.
[[nodiscard]] Result<std::string> parse_listen_address(std::string_view text);

} // namespace dnsmon
