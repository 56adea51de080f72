// SPDX-License-Identifier: Apache-2.0
#include "packet/transport.h"

#include "packet/bytes.h"

#include <algorithm>

namespace dnsmon {
namespace {

constexpr std::size_t kUdpHeaderBytes = 8;
constexpr std::size_t kTcpHeaderBytes = 20;

} // namespace

std::optional<UdpDatagram> parse_udp(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < kUdpHeaderBytes) return std::nullopt;
    UdpDatagram out;
    out.source_port = be16(bytes, 0);
    out.destination_port = be16(bytes, 2);
    std::size_t length = be16(bytes, 4);
    if (length == 0) length = bytes.size(); // RFC 2675 4: a jumbogram; also segmentation offload
    if (length < kUdpHeaderBytes) return std::nullopt;
    out.truncated = length > bytes.size();
    out.payload = bytes.first(std::min(length, bytes.size())).subspan(kUdpHeaderBytes);
    return out;
}

std::span<const std::uint8_t> take_datagram(std::span<const std::uint8_t>& rest, std::size_t datagram_bytes) {
    const auto taken = rest.first(datagram_bytes == 0 ? rest.size() : std::min(datagram_bytes, rest.size()));
    rest = rest.subspan(taken.size());
    return taken;
}

std::optional<TcpSegment> parse_tcp(std::span<const std::uint8_t> bytes, std::uint32_t missing_bytes) {
    if (bytes.size() < kTcpHeaderBytes) return std::nullopt;
    const std::size_t header_bytes = std::size_t{4} * (bytes[12] >> 4);
    if (header_bytes < kTcpHeaderBytes || header_bytes > bytes.size()) return std::nullopt;
    TcpSegment out;
    out.source_port = be16(bytes, 0);
    out.destination_port = be16(bytes, 2);
    out.sequence = be32(bytes, 4);
    const std::uint8_t flags = bytes[13];
    out.fin = (flags & 0x01) != 0;
    out.syn = (flags & 0x02) != 0;
    out.rst = (flags & 0x04) != 0;
    out.ack = (flags & 0x10) != 0;
    out.payload = bytes.subspan(header_bytes);
    out.missing_bytes = missing_bytes;
    return out;
}

} // namespace dnsmon
