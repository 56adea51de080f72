// SPDX-License-Identifier: Apache-2.0
// Keys of the kernel's owners map as user space makes them, and its values as the pipeline has them. Pure functions.
#pragma once

#include "dnsmon_abi.h"
#include "process/owner.h"

#include <array>
#include <cstdint>

namespace dnsmon {

using AddressBytes = std::array<std::uint8_t, 16>; ///< IPv4 as ::ffff:a.b.c.d, "any" all zeros

struct SocketEnd {
    AddressBytes address{};
    std::uint16_t port = 0; ///< host order
};

/// As bpf/address.bpf.h's set_key. A listener's remote end is empty.
[[nodiscard]] dnsmon_owner_key owner_key(std::uint8_t protocol, std::uint32_t netns, const SocketEnd& local,
                                         const SocketEnd& remote = {});

/// `match`: enum dnsmon_match.
[[nodiscard]] Owner to_owner(const dnsmon_owner& from, std::uint8_t match);

} // namespace dnsmon
