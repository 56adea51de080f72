// SPDX-License-Identifier: Apache-2.0
// Keys of the kernel's owners map as user space makes them, and its values as the pipeline has them. Pure functions.
#pragma once

#include "dnsmon_abi.h"
#include "packet/flow.h"
#include "process/owner.h"

#include <cstdint>

namespace dnsmon {

/// 0.0.0.0, as sockets bound to it and the map's keys have it; IPv6's "any" is Address{}.
inline constexpr Address kAnyV4{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}};

/// A socket's address as the map has it. `words`: one, or four, as on the wire.
[[nodiscard]] Address socket_address(bool v4, const std::uint32_t* words);

/// As bpf/address.bpf.h's set_key. A listener's remote end is empty.
[[nodiscard]] dnsmon_owner_key owner_key(std::uint8_t protocol, std::uint32_t netns, const Endpoint& local,
                                         const Endpoint& remote = {});

/// `match`: enum dnsmon_match.
[[nodiscard]] Owner to_owner(const dnsmon_owner& from, std::uint8_t match);

} // namespace dnsmon
