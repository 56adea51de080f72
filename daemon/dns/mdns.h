// SPDX-License-Identifier: Apache-2.0
// What multicast DNS (RFC 6762) puts into the class field's top bit.
#pragma once

#include <cstdint>

namespace dnsmon::dns {

constexpr std::uint16_t kMdnsBit = 0x8000;

/// Question: "unicast response wanted" (5.4). Record: "cache flush" (10.2).
[[nodiscard]] constexpr bool mdns_bit(std::uint16_t klass) {
    return (klass & kMdnsBit) != 0;
}
[[nodiscard]] constexpr std::uint16_t mdns_class(std::uint16_t klass) {
    return static_cast<std::uint16_t>(klass & ~kMdnsBit);
}

} // namespace dnsmon::dns
