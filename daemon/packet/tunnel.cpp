// SPDX-License-Identifier: Apache-2.0
#include "packet/tunnel.h"

#include "packet/bytes.h"
#include "packet/link_layers.h"
#include "packet/transport.h"

namespace dnsmon {
namespace {

using namespace link;

constexpr std::uint16_t kErspan2 = 0x88be; // also the first version, without a header
constexpr std::uint16_t kErspan3 = 0x22eb;
constexpr std::uint16_t kWccp = 0x883e;
constexpr std::uint16_t kArubaFirst = 0x8200; // Aruba's access points: a number for each radio
constexpr std::uint16_t kArubaLast = 0x8370;
constexpr std::uint16_t kServiceHeader = 0x894f; // RFC 8300

// draft-foschiano-erspan. The first version has no sequence number and no header.
Found erspan(std::uint16_t type, bool sequenced, Bytes bytes) {
    if (type == kErspan2) return ethernet(drop(bytes, sequenced ? 8 : 0));
    if (bytes.size() < 12) return std::nullopt;
    const bool has_subheader = (bytes[11] & 1) != 0;
    return ethernet(drop(bytes, has_subheader ? 20 : 12));
}

// RFC 2784 and 2890; version 1 is PPTP's (RFC 2637).
Found gre(Bytes bytes) {
    if (bytes.size() < 4) return std::nullopt;
    const std::uint16_t flags = be16(bytes, 0);
    const std::uint16_t type = be16(bytes, 2);
    const bool checksum = (flags & 0x8000) != 0;
    const bool routing = (flags & 0x4000) != 0;
    const bool key = (flags & 0x2000) != 0;
    const bool sequence = (flags & 0x1000) != 0;
    const bool acknowledgment = (flags & 0x0080) != 0;
    const unsigned version = flags & 7;
    if (routing || version > 1) return std::nullopt;
    std::size_t header_bytes = 4;
    for (const bool field : {checksum, key, sequence, version == 1 && acknowledgment}) header_bytes += field ? 4 : 0;
    const Bytes inner = drop(bytes, header_bytes);
    if (type == kErspan2 || type == kErspan3) return erspan(type, sequence, inner);
    if (type == kWccp) { // version 2 puts four bytes before IP
        const Found plain = ip_by_version(inner);
        return plain ? plain : ip_by_version(drop(inner, 4));
    }
    if (type >= kArubaFirst && type <= kArubaLast) return ieee80211(inner, false);
    return type > 1500 ? ethertype(type, inner) : Found{};
}

// RFC 7348: the I flag, and the identifier's last byte reserved. With a protocol number: VXLAN-GPE.
Found vxlan(Bytes bytes) {
    if (bytes.size() < 8 || (bytes[0] & 0x08) == 0) return std::nullopt;
    const bool says_protocol = (bytes[0] & 0x04) != 0;
    const Bytes inner = bytes.subspan(8);
    if (!says_protocol || bytes[3] == 3) return ethernet(inner);
    if (bytes[3] == 4) return ethertype(kServiceHeader, inner);
    return bytes[3] == 1 || bytes[3] == 2 ? ip_by_version(inner) : Found{};
}

// RFC 8926: version 0, options in words, an EtherType.
Found geneve(Bytes bytes) {
    if (bytes.size() < 8 || bytes[0] >> 6 != 0) return std::nullopt;
    const std::uint16_t type = be16(bytes, 2);
    return type > 1500 ? ethertype(type, drop(bytes, 8 + std::size_t{4} * (bytes[0] & 0x3f))) : Found{};
}

// 3GPP TS 29.281 5: version 1, a G-PDU, and extension headers that each say what is next.
Found gtp_user(Bytes bytes) {
    if (bytes.size() < 8 || bytes[0] >> 4 != 3 || bytes[1] != 0xff) return std::nullopt;
    if ((bytes[0] & 0x07) == 0) return ip_by_version(bytes.subspan(8));
    if (bytes.size() < 12) return std::nullopt;
    const bool extended = (bytes[0] & 0x04) != 0;
    std::uint8_t next = extended ? bytes[11] : 0;
    bytes = bytes.subspan(12);
    while (next != 0) {
        const std::size_t length = bytes.empty() ? 0 : std::size_t{4} * bytes[0];
        if (length == 0 || length > bytes.size()) return std::nullopt;
        next = bytes[length - 1];
        bytes = bytes.subspan(length);
    }
    return ip_by_version(bytes);
}

// 3GPP TS 09.60: version 0, a T-PDU behind twenty bytes.
Found gtp_prime(Bytes bytes) {
    if (bytes.size() < 20 || bytes[0] >> 5 != 0 || bytes[1] != 0xff) return std::nullopt;
    return ip_by_version(drop(bytes, 20));
}

// RFC 2661 3.1: a data message of version 2.
Found l2tp(Bytes bytes) {
    if (bytes.size() < 6) return std::nullopt;
    const std::uint16_t flags = be16(bytes, 0);
    if ((flags & 0x8000) != 0 || (flags & 0x000f) != 2) return std::nullopt;
    std::size_t at = 6;                 // flags, tunnel, session
    if ((flags & 0x4000) != 0) at += 2; // length
    if ((flags & 0x0800) != 0) at += 4; // sequence numbers
    if ((flags & 0x0200) != 0) {        // offset
        if (bytes.size() < at + 2) return std::nullopt;
        at += std::size_t{2} + be16(bytes, at);
    }
    return ppp(drop(bytes, at));
}

// RFC 4380 5.1.1: authentication and origin indication may stand before the IPv6 packet.
Found teredo(Bytes bytes) {
    if (bytes.size() >= 4 && be16(bytes, 0) == 1) bytes = drop(bytes, std::size_t{13} + bytes[2] + bytes[3]);
    if (bytes.size() >= 8 && be16(bytes, 0) == 0) bytes = bytes.subspan(8);
    const Found inner = ip_by_version(bytes);
    return inner && inner->ethertype == kIpv6 ? inner : Found{};
}

// draft-massar-v6ops-ayiya: lengths of identity and signature, then what is carried by its protocol number.
Found ayiya(Bytes bytes) {
    if (bytes.size() < 8 || bytes[3] != 41) return std::nullopt;
    const std::size_t identity_bytes = std::size_t{1} << (bytes[0] >> 4);
    const std::size_t signature_bytes = std::size_t{4} * (bytes[1] >> 4);
    return ip_by_version(drop(bytes, 8 + identity_bytes + signature_bytes));
}

// TaZmen: version 1, a received packet of Ethernet, then tags up to the end tag.
Found tazmen(Bytes bytes) {
    if (bytes.size() < 5 || bytes[0] != 1 || bytes[1] != 0 || be16(bytes, 2) != 1) return std::nullopt;
    bytes = bytes.subspan(4);
    while (bytes.size() >= 2 && bytes[0] != 1) {
        const bool padding = bytes[0] == 0;
        bytes = drop(bytes, padding ? 1 : std::size_t{2} + bytes[1]);
    }
    return ethernet(drop(bytes, 1));
}

Found udp_tunnel(std::uint16_t port, Bytes payload) {
    switch (port) {
    case 1701: return l2tp(payload);
    case 2152: return gtp_user(payload);
    case 3386: return gtp_prime(payload);
    case 3544: return teredo(payload);
    case 4341: return ip_by_version(drop(payload, 8)); // RFC 9300: LISP's data
    case 4754: return gre(payload);                    // RFC 8086
    case 4789:
    case 4790:
    case 8472: return vxlan(payload); // Linux's own number for it
    case 5072: return ayiya(payload);
    case 6081: return geneve(payload);
    case 6635: return mpls(payload); // RFC 7510
    case 37008: return tazmen(payload);
    default: return std::nullopt;
    }
}

} // namespace

std::optional<LinkPayload> parse_tunnel(const IpPacket& ip) {
    switch (ip.protocol) { // IANA protocol numbers
    case 4:
    case 41: return ip_by_version(ip.payload); // RFC 2003, RFC 4213
    case 47: return gre(ip.payload);
    case 97: return ethernet(drop(ip.payload, 2)); // RFC 3378
    case 137: return mpls(ip.payload);             // RFC 4023
    case 17: break;
    default: return std::nullopt;
    }
    const auto udp = parse_udp(ip.payload);
    if (!udp) return std::nullopt;
    const Found inner = udp_tunnel(udp->destination_port, udp->payload);
    return inner ? inner : udp_tunnel(udp->source_port, udp->payload);
}

} // namespace dnsmon
