// SPDX-License-Identifier: Apache-2.0
// Link layer of capture files: where the network header begins. The live path never needs it (the kernel hands over
// bytes from the network header on). Link types are libpcap's LINKTYPE_ numbers
// (https://www.tcpdump.org/linktypes.html).
#pragma once

#include "packet/packet.h"

#include <cstdint>
#include <optional>
#include <span>

namespace dnsmon {

struct LinkPayload {
    std::uint16_t ethertype = 0;          ///< 0x0800 or 0x86dd
    std::span<const std::uint8_t> bytes;  ///< from the network header on
    Direction direction = Direction::kUnknown; ///< Linux cooked captures know it
};

/// Nullopt: not IP (ARP, STP…), or cut short. VLAN tags (802.1Q, QinQ), MPLS and PPPoE are stepped over, bounded.
[[nodiscard]] std::optional<LinkPayload> parse_link(int linktype, std::span<const std::uint8_t> frame);
[[nodiscard]] bool link_supported(int linktype);

} // namespace dnsmon
