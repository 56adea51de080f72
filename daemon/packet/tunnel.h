// SPDX-License-Identifier: Apache-2.0
// The packet inside a packet: IP in IP, GRE, ERSPAN, VXLAN, Geneve, GTP, L2TP, Teredo, MPLS and what else carries IP
// over IP without encrypting it. Pure functions, one layer a call: the caller bounds how deep it looks.
#pragma once

#include "packet/ip.h"
#include "packet/link.h"

#include <optional>

namespace dnsmon {

/// How many tunnels in each other a caller should open.
constexpr int kMaxTunnelDepth = 8;

/// The IP packet that the whole datagram `ip` carries; nullopt: it is no tunnel that is known here. UDP tunnels are
/// recognised by their IANA port and by a header that makes sense.
[[nodiscard]] std::optional<LinkPayload> parse_tunnel(const IpPacket& ip);

} // namespace dnsmon
