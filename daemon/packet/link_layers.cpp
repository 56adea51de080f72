// SPDX-License-Identifier: Apache-2.0
#include "packet/link_layers.h"

#include "packet/bytes.h"

namespace dnsmon::link {
namespace {

constexpr std::size_t kEthernetBytes = 14;
constexpr std::uint16_t kMaxLength = 1500; // IEEE 802.3: up to here the field is a length
constexpr int kMaxLayers = 16;             // tags upon tags; an attacker's, not a network's
constexpr int kMaxLabels = 32;

// IEEE 802.1AE: a security tag, eight bytes longer with a channel identifier. 0: what follows is encrypted.
std::size_t macsec_bytes(Bytes bytes) {
    const unsigned control = bytes.empty() ? 0x0c : bytes[0];
    const bool encrypted = (control & 0x0c) != 0;
    const bool identifier = (control & 0x20) != 0;
    return encrypted ? 0 : identifier ? 16 : 8;
}

// Tags that are followed by another EtherType; the tag's size, that EtherType included. 0: not such a tag.
std::size_t tag_bytes(std::uint16_t type, Bytes bytes) {
    switch (type) {
    case 0x8100: // IEEE 802.1Q
    case 0x88a8: // IEEE 802.1ad
    case 0x9100: // the same before there was a standard
    case 0x9200:
    case 0x9300: return 4;
    case 0x8926: return 6; // Cisco VN-Tag
    case 0x893f:           // IEEE 802.1BR E-Tag
    case 0x8909: return 8; // Cisco MetaData
    case 0x88e5: return macsec_bytes(bytes);
    default: return 0;
    }
}

// RFC 8300: network service header.
Found service_header(Bytes bytes, int layer) {
    if (bytes.size() < 8) return std::nullopt;
    const std::size_t header_bytes = std::size_t{4} * (bytes[1] & 0x3f);
    switch (bytes[3]) {
    case 1:
    case 2: return ip_by_version(drop(bytes, header_bytes));
    case 3: return ethernet(drop(bytes, header_bytes), layer + 1);
    default: return std::nullopt;
    }
}

// RFC 2516 4: version, type, code 0 (session data), session, length.
Found pppoe_session(Bytes bytes) {
    if (bytes.size() < 6 || bytes[1] != 0) return std::nullopt;
    return ppp(drop(bytes, 6));
}

} // namespace

Found ip_by_version(Bytes bytes) {
    if (bytes.empty()) return std::nullopt;
    switch (bytes[0] >> 4) {
    case 4: return LinkPayload{kIpv4, bytes};
    case 6: return LinkPayload{kIpv6, bytes};
    default: return std::nullopt;
    }
}

Found ethernet(Bytes frame, int layer) {
    if (frame.size() < kEthernetBytes) return std::nullopt;
    return ethertype(be16(frame, 12), frame.subspan(kEthernetBytes), layer);
}

Found ethertype(std::uint16_t type, Bytes bytes, int layer) {
    for (; layer < kMaxLayers; ++layer) {
        if (const std::size_t tag = tag_bytes(type, bytes); tag != 0) {
            if (bytes.size() < tag) return std::nullopt;
            type = be16(bytes, tag - 2);
            bytes = bytes.subspan(tag);
            continue;
        }
        if (type <= kMaxLength) return llc(bytes, layer + 1);
        switch (type) {
        case kIpv4:
        case kIpv6: return bytes.empty() ? Found{} : LinkPayload{type, bytes};
        case 0x8847:
        case 0x8848: return mpls(bytes);
        case 0x8864: return pppoe_session(bytes);
        case 0x880b: return ppp(bytes);
        case 0x894f: return service_header(bytes, layer);
        default: break;
        }
        // Ethernet in Ethernet: bridged (RFC 1701), IEEE 802.1ah behind its service identifier, Cisco's FabricPath.
        const std::size_t outer = type == 0x88e7 ? 4 : type == 0x8903 ? 2 : 0;
        if ((type != 0x6558 && outer == 0) || bytes.size() < outer + kEthernetBytes) return std::nullopt;
        type = be16(bytes, outer + 12);
        bytes = bytes.subspan(outer + kEthernetBytes);
    }
    return std::nullopt;
}

Found llc(Bytes bytes, int layer) {
    if (bytes.size() < 3 || bytes[2] != 3) return std::nullopt; // unnumbered information
    const unsigned service = static_cast<unsigned>(bytes[0]) << 8 | bytes[1];
    bytes = bytes.subspan(3);
    if (service == 0x0606) return ip_by_version(bytes);
    if (service != 0xaaaa || bytes.size() < 5) return std::nullopt;
    const std::uint32_t organization = be32(bytes, 0) >> 8;
    const std::uint16_t type = be16(bytes, 3);
    bytes = bytes.subspan(5);
    if (organization == 0x0080c2 && (type == 1 || type == 7)) { // RFC 2684 5.2: a bridged frame, with and without FCS
        return bytes.size() < 2 + kEthernetBytes ? Found{} : ethertype(be16(bytes, 14), bytes.subspan(16), layer + 1);
    }
    // 00-00-00 is EtherType (RFC 1042), 00-00-f8 Cisco's bridged one. A length cannot follow LLC again.
    const bool is_ethertype = organization == 0 || organization == 0x0000f8;
    return is_ethertype && type > kMaxLength ? ethertype(type, bytes, layer + 1) : Found{};
}

Found ppp(Bytes bytes) {
    if (bytes.size() >= 2 && bytes[0] == 0xff && bytes[1] == 0x03) bytes = bytes.subspan(2);
    if (bytes.empty()) return std::nullopt;
    std::uint16_t protocol = bytes[0];
    if ((protocol & 1) != 0) { // RFC 1661 6.5: an odd first byte is a compressed protocol field
        bytes = bytes.subspan(1);
    } else {
        if (bytes.size() < 2) return std::nullopt;
        protocol = be16(bytes, 0);
        bytes = bytes.subspan(2);
    }
    switch (protocol) {
    case 0x0021: return bytes.empty() ? Found{} : LinkPayload{kIpv4, bytes};
    case 0x0057: return bytes.empty() ? Found{} : LinkPayload{kIpv6, bytes};
    case 0x0281:
    case 0x0283: return mpls(bytes);
    default: return std::nullopt;
    }
}

Found mpls(Bytes bytes) {
    bool bottom = false;
    for (int label = 0; label < kMaxLabels && !bottom; ++label) {
        if (bytes.size() < 4) return std::nullopt;
        bottom = (bytes[2] & 1) != 0;
        bytes = bytes.subspan(4);
    }
    if (!bottom || bytes.empty()) return std::nullopt;
    // Nothing says what follows: IP has its version there, a pseudowire's control word a zero (RFC 4385 3).
    if (bytes[0] >> 4 != 0) return ip_by_version(bytes);
    if (bytes.size() < 4 + kEthernetBytes) return std::nullopt;
    const std::uint16_t type = be16(bytes, 4 + 12);
    return type == kIpv4 || type == kIpv6 ? ethertype(type, bytes.subspan(4 + kEthernetBytes)) : Found{};
}

Found ieee80211(Bytes frame, bool padded) {
    if (frame.size() < 24) return std::nullopt;
    const unsigned type = frame[0] >> 2 & 3;
    const unsigned subtype = frame[0] >> 4;
    const bool to_ds = (frame[1] & 0x01) != 0;
    const bool from_ds = (frame[1] & 0x02) != 0;
    const bool more_fragments = (frame[1] & 0x04) != 0;
    const bool is_protected = (frame[1] & 0x40) != 0;
    const bool order = (frame[1] & 0x80) != 0;
    const bool quality = (subtype & 8) != 0;
    const bool is_fragment = more_fragments || (frame[22] & 0x0f) != 0;
    if (type != 2 || (subtype & 4) != 0 || is_protected || is_fragment) return std::nullopt;
    std::size_t header_bytes = 24;
    if (to_ds && from_ds) header_bytes += 6; // the fourth address
    const std::size_t quality_at = header_bytes;
    if (quality) header_bytes += order ? 6 : 2; // with order: HT control as well
    if (padded) header_bytes = (header_bytes + 3) & ~std::size_t{3};
    if (frame.size() <= header_bytes) return std::nullopt;
    // Aggregated (A-MSDU): the first subframe; destination, source and length stand before its LLC.
    const bool aggregated = quality && (frame[quality_at] & 0x80) != 0;
    return llc(drop(frame, header_bytes + (aggregated ? 14 : 0)));
}

} // namespace dnsmon::link
