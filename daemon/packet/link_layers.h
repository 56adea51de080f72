// SPDX-License-Identifier: Apache-2.0
// What stands between a link type's own header and IP, shared by captures (packet/link.h) and tunnels
// (packet/tunnel.h): Ethernet, LLC/SNAP, VLAN tags, MPLS, PPPoE, PPP. Pure functions, every walk bounded.
#pragma once

#include "packet/link.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace dnsmon::link {

using Bytes = std::span<const std::uint8_t>;
using Found = std::optional<LinkPayload>;

constexpr std::uint16_t kIpv4 = 0x0800;
constexpr std::uint16_t kIpv6 = 0x86dd;

[[nodiscard]] inline Bytes drop(Bytes bytes, std::size_t n) {
    return n < bytes.size() ? bytes.subspan(n) : Bytes{};
}

/// IPv4 or IPv6 by the version nibble.
[[nodiscard]] Found ip_by_version(Bytes bytes);
/// Destination, source, and a type or length (IEEE 802.3).
[[nodiscard]] Found ethernet(Bytes frame, int layer = 0);
/// What an EtherType announces: IP, or something that is stepped over on the way to it. Up to 1500 it is a length, and
/// LLC follows. `layer`: how many were stepped over before.
[[nodiscard]] Found ethertype(std::uint16_t type, Bytes bytes, int layer = 0);
/// IEEE 802.2, with SNAP (RFC 1042).
[[nodiscard]] Found llc(Bytes bytes, int layer = 0);
/// RFC 1661, with or without the HDLC address and control bytes (RFC 1662), the protocol in one byte or two.
[[nodiscard]] Found ppp(Bytes bytes);
/// A label stack (RFC 3032), and IP or Ethernet (RFC 4448) behind it.
[[nodiscard]] Found mpls(Bytes bytes);
/// IEEE 802.11 data frames that are not encrypted. `padded`: the header is padded to four bytes (radiotap's flag).
[[nodiscard]] Found ieee80211(Bytes frame, bool padded);

} // namespace dnsmon::link
