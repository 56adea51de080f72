// SPDX-License-Identifier: Apache-2.0
// What is left of an address that shall not name a host: /24 of IPv4, /48 of IPv6. Pure function.
#pragma once

#include "packet/flow.h"

#include <algorithm>
#include <cstddef>

namespace dnsmon {

[[nodiscard]] inline Address network_part(Address address) {
    constexpr std::ptrdiff_t kV4Bytes = 12 + 3; // of ::ffff:a.b.c.d
    constexpr std::ptrdiff_t kV6Bytes = 6;
    std::fill(address.bytes.begin() + (address.is_v4() ? kV4Bytes : kV6Bytes), address.bytes.end(), std::uint8_t{0});
    return address;
}

} // namespace dnsmon
