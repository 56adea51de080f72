// SPDX-License-Identifier: Apache-2.0
// Network layer: from the first byte of the IP header to the transport payload. Pure functions over a span;
// fragments are reported, not reassembled (packet/fragments.h does).
#pragma once

#include "packet/flow.h"

#include <cstdint>
#include <optional>
#include <span>

namespace dnsmon {

enum class IpOutcome : std::uint8_t {
    kDatagram,  ///< a whole IP payload: `payload`
    kFragment,  ///< a piece of one: `fragment` says which
    kMalformed, ///< lengths that contradict each other
};

struct IpFragment {
    std::uint32_t identification = 0;
    std::uint32_t offset_bytes = 0;
    bool more = false;
};

/// RFC 791 with options; RFC 8200 with extension headers (bounded walk). Padding after the IP packet is cut off by the
/// header's own length; a total length beyond the captured bytes sets `truncated`, and `missing_bytes` as far as the wire
/// had them; length 0 (TSO) means all that was on the wire. A first fragment that the capture cut short can never be completed: it is a truncated datagram.
struct IpPacket {
    IpOutcome outcome = IpOutcome::kMalformed;
    IpVersion version = IpVersion::kV4;
    Address source, destination;
    std::uint8_t protocol = 0; ///< of `payload`: IANA number after the extension headers
    std::span<const std::uint8_t> payload;
    bool truncated = false;          ///< the payload is not all there
    std::uint32_t missing_bytes = 0; ///< of the payload: on the wire, but not captured
    IpFragment fragment;
};
/// `wire_bytes`: length on the wire, where the source knows it (0: not known).
[[nodiscard]] IpPacket parse_ip(std::span<const std::uint8_t> bytes, std::uint32_t wire_bytes = 0);

/// Steps over the IPv6 extension headers that `packet.payload` begins with (`packet.protocol` names the first), over IPv4's
/// authentication header: for a payload that was put together from fragments.
void skip_extension_headers(IpPacket& packet);

} // namespace dnsmon
