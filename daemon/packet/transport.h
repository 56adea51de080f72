// SPDX-License-Identifier: Apache-2.0
// UDP and TCP headers: from an IP payload to ports and what they carry. Pure functions over a span.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace dnsmon {

/// RFC 768. A length field beyond the captured bytes sets `truncated`; 0 (jumbogram, offload) means all that is there.
struct UdpDatagram {
    std::uint16_t source_port = 0, destination_port = 0;
    std::span<const std::uint8_t> payload;
    bool truncated = false;
};
[[nodiscard]] std::optional<UdpDatagram> parse_udp(std::span<const std::uint8_t> bytes);

/// RFC 9293.
struct TcpSegment {
    std::uint16_t source_port = 0, destination_port = 0;
    std::uint32_t sequence = 0;
    bool syn = false, ack = false, fin = false, rst = false;
    std::span<const std::uint8_t> payload;
};
[[nodiscard]] std::optional<TcpSegment> parse_tcp(std::span<const std::uint8_t> bytes);

} // namespace dnsmon
