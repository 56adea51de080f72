// SPDX-License-Identifier: Apache-2.0
#include "packet/ip.h"

#include "packet/bytes.h"

#include <algorithm>

namespace dnsmon {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kIpv4HeaderBytes = 20;
constexpr std::size_t kIpv6HeaderBytes = 40;
constexpr std::size_t kMaxDatagramBytes = 65535;
// No sender chains more than a handful of extension headers; RFC 8200 4.1 names seven.
constexpr int kMaxExtensionHeaders = 32;

// Next header numbers (IANA, "IPv6 Extension Header Types").
constexpr std::uint8_t kHopByHop = 0;
constexpr std::uint8_t kRouting = 43;
constexpr std::uint8_t kFragment = 44;
constexpr std::uint8_t kAuthentication = 51;
constexpr std::uint8_t kDestination = 60;
constexpr std::uint8_t kMobility = 135;
constexpr std::uint8_t kHostIdentity = 139;
constexpr std::uint8_t kShim6 = 140;
constexpr std::uint8_t kNoNextHeader = 59;

// `length` as the header gives it, counted from `header_bytes` on. What it claims beyond the wire was never sent: a stream
// must not wait for it.
void set_payload(IpPacket& packet, Bytes bytes, std::size_t header_bytes, std::size_t length, std::size_t wire_bytes) {
    const std::size_t available = std::min(length, bytes.size() - header_bytes);
    const std::size_t sent = wire_bytes == 0 ? length : std::min(length, std::max(wire_bytes, bytes.size()) - header_bytes);
    packet.payload = bytes.subspan(header_bytes, available);
    packet.missing_bytes = static_cast<std::uint32_t>(sent - available);
    packet.truncated = length != available;
}

void set_fragment(IpPacket& packet, const IpFragment& fragment) {
    const std::size_t end = fragment.offset_bytes + packet.payload.size() + packet.missing_bytes;
    if (end > kMaxDatagramBytes) return; // "ping of death": no datagram is that long
    packet.fragment = fragment;
    const bool cut_head = fragment.offset_bytes == 0 && packet.truncated;
    packet.outcome = cut_head ? IpOutcome::kDatagram : IpOutcome::kFragment;
}

// Length of the extension header at the start of `bytes`; 0: it does not fit. Needs two bytes.
std::size_t extension_header_bytes(std::uint8_t type, Bytes bytes) {
    std::size_t length = 8 + std::size_t{8} * bytes[1];
    if (type == kFragment) length = 8;
    if (type == kAuthentication) length = (std::size_t{bytes[1]} + 2) * 4; // RFC 4302 2.2: in words, less two
    return length <= bytes.size() ? length : 0;
}

// RFC 4302: the one header that also IPv4 puts before what it carries.
void skip_authentication(IpPacket& packet) {
    if (packet.protocol != kAuthentication) return;
    const Bytes header = packet.payload;
    const std::size_t length = header.size() < 8 ? 0 : extension_header_bytes(kAuthentication, header);
    packet.protocol = length != 0 ? header[0] : packet.protocol;
    packet.payload = header.subspan(length);
}

bool is_extension_header(std::uint8_t type) {
    switch (type) {
    case kHopByHop:
    case kRouting:
    case kFragment:
    case kAuthentication:
    case kDestination:
    case kMobility:
    case kHostIdentity:
    case kShim6: return true;
    default: return false;
    }
}

IpPacket parse_ipv4(Bytes bytes, std::size_t wire_bytes) {
    IpPacket packet;
    if (bytes.size() < kIpv4HeaderBytes) return packet;
    const std::size_t header_bytes = std::size_t{4} * (bytes[0] & 0x0f);
    std::size_t total_bytes = be16(bytes, 2);
    if (total_bytes == 0) total_bytes = std::max(wire_bytes, bytes.size());
    if (header_bytes < kIpv4HeaderBytes || header_bytes > bytes.size() || total_bytes < header_bytes) return packet;

    packet.version = IpVersion::kV4;
    packet.source = Address::v4(&bytes[12]);
    packet.destination = Address::v4(&bytes[16]);
    packet.protocol = bytes[9];
    set_payload(packet, bytes, header_bytes, total_bytes - header_bytes, wire_bytes);

    const std::uint16_t flags_offset = be16(bytes, 6);
    const IpFragment fragment{be16(bytes, 4), (flags_offset & 0x1fffU) * 8, (flags_offset & 0x2000U) != 0};
    packet.outcome = IpOutcome::kDatagram;
    if (fragment.more || fragment.offset_bytes != 0) {
        packet.outcome = IpOutcome::kMalformed;
        set_fragment(packet, fragment);
    }
    if (packet.outcome == IpOutcome::kDatagram) skip_extension_headers(packet);
    return packet;
}

// RFC 2675: the jumbo payload option of a hop-by-hop header; 0 where there is none.
std::uint32_t jumbo_payload_bytes(Bytes header) {
    for (std::size_t at = 2; at + 2 <= header.size();) {
        const std::uint8_t type = header[at];
        if (type == 0) { // Pad1 has no length
            ++at;
            continue;
        }
        if (type == 0xc2 && header[at + 1] == 4 && at + 6 <= header.size()) return be32(header, at + 2);
        at += std::size_t{2} + header[at + 1];
    }
    return 0;
}

std::size_t ipv6_payload_bytes(Bytes bytes, std::size_t wire_bytes) {
    const std::size_t length = be16(bytes, 4);
    const std::uint8_t next_header = bytes[6];
    if (length != 0 || next_header == kNoNextHeader) return length;
    const Bytes rest = bytes.subspan(kIpv6HeaderBytes);
    if (next_header == kHopByHop && rest.size() >= 8) {
        const std::uint32_t jumbo = jumbo_payload_bytes(rest.first(extension_header_bytes(kHopByHop, rest)));
        if (jumbo != 0) return jumbo;
    }
    return std::max(wire_bytes, bytes.size()) - kIpv6HeaderBytes;
}

IpPacket parse_ipv6(Bytes bytes, std::size_t wire_bytes) {
    IpPacket packet;
    if (bytes.size() < kIpv6HeaderBytes) return packet;
    packet.version = IpVersion::kV6;
    packet.source = Address::v6(&bytes[8]);
    packet.destination = Address::v6(&bytes[24]);
    packet.protocol = bytes[6];
    set_payload(packet, bytes, kIpv6HeaderBytes, ipv6_payload_bytes(bytes, wire_bytes), wire_bytes);
    skip_extension_headers(packet);
    return packet;
}

} // namespace

void skip_extension_headers(IpPacket& packet) {
    if (packet.version == IpVersion::kV4) return skip_authentication(packet);
    packet.outcome = IpOutcome::kMalformed;
    for (int i = 0; i < kMaxExtensionHeaders; ++i) {
        if (!is_extension_header(packet.protocol)) {
            packet.outcome = IpOutcome::kDatagram;
            return;
        }
        const Bytes header = packet.payload;
        const std::size_t length = header.size() < 8 ? 0 : extension_header_bytes(packet.protocol, header);
        if (length == 0) return;
        const bool is_fragment = packet.protocol == kFragment;
        packet.protocol = header[0];
        packet.payload = header.subspan(length);
        if (!is_fragment) continue;
        const IpFragment fragment{be32(header, 4), be16(header, 2) & 0xfff8U, (header[3] & 1) != 0};
        // RFC 6946: an atomic fragment is a whole datagram that happens to carry the header.
        if (!fragment.more && fragment.offset_bytes == 0) continue;
        set_fragment(packet, fragment);
        // A head cut short is taken as a datagram; what follows its fragment header may be headers again.
        if (packet.outcome != IpOutcome::kDatagram) return;
        packet.outcome = IpOutcome::kMalformed;
    }
}

IpPacket parse_ip(Bytes bytes, std::uint32_t wire_bytes) {
    if (bytes.empty()) return {};
    switch (bytes[0] >> 4) {
    case 4: return parse_ipv4(bytes, wire_bytes);
    case 6: return parse_ipv6(bytes, wire_bytes);
    default: return {};
    }
}

} // namespace dnsmon
