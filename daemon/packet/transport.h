// SPDX-License-Identifier: Apache-2.0
// UDP and TCP headers: from an IP payload to ports and what they carry. Pure functions over a span.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace dnsmon {

/// RFC 768. A length field beyond the captured bytes sets `truncated`; 0 (jumbogram, offload) means all that is there;
/// a shorter one cuts the payload. Nullopt: no room for the header, or a length that is less than the header.
struct UdpDatagram {
    std::uint16_t source_port = 0, destination_port = 0;
    std::span<const std::uint8_t> payload;
    bool truncated = false;
};
[[nodiscard]] std::optional<UdpDatagram> parse_udp(std::span<const std::uint8_t> bytes);

/// Takes the next datagram's payload off the front of `rest`. Segmentation offload (Linux's UDP_SEGMENT, UDP_GRO) has
/// several under one header, `datagram_bytes` each, the last one shorter; 0: `rest` is one datagram.
[[nodiscard]] std::span<const std::uint8_t> take_datagram(std::span<const std::uint8_t>& rest, std::size_t datagram_bytes);

/// RFC 9293.
struct TcpSegment {
    std::uint16_t source_port = 0, destination_port = 0;
    std::uint32_t sequence = 0;
    bool syn = false, ack = false, fin = false, rst = false;
    std::span<const std::uint8_t> payload{};
    std::uint32_t missing_bytes = 0; ///< behind `payload`: on the wire, but not captured
};
/// `missing_bytes`: IpPacket's. Nullopt: no room for the header, or a data offset that points outside.
[[nodiscard]] std::optional<TcpSegment> parse_tcp(std::span<const std::uint8_t> bytes, std::uint32_t missing_bytes = 0);

} // namespace dnsmon
