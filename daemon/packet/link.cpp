// SPDX-License-Identifier: Apache-2.0
#include "packet/link.h"

#include "packet/bytes.h"
#include "packet/link_layers.h"

#include <algorithm>
#include <iterator>

namespace dnsmon {
namespace {

using namespace link;

constexpr int kMaxNesting = 4; // headers that name another link type behind them

std::uint32_t le16(Bytes bytes, std::size_t at) {
    return static_cast<std::uint32_t>(bytes[at] | bytes[at + 1] << 8);
}
std::uint32_t le32(Bytes bytes, std::size_t at) {
    return le16(bytes, at) | le16(bytes, at + 2) << 16;
}

Found parse(int linktype, Bytes frame, int nesting);

// BSD loopback: an address family of four bytes, in the writer's byte order, with the writer's number for IPv6.
Found family_header(Bytes frame) {
    if (frame.size() < 4) return std::nullopt;
    std::uint32_t family = be32(frame, 0);
    if (family > 0xffff) family = le32(frame, 0);
    switch (family) {
    case 2:
    case 10: // Linux
    case 24: // NetBSD, OpenBSD
    case 28: // FreeBSD
    case 30: // Darwin
        return ip_by_version(frame.subspan(4));
    default: return std::nullopt;
    }
}

Direction cooked_direction(unsigned packet_type) {
    if (packet_type == 4) return Direction::kEgress;
    return packet_type <= 2 ? Direction::kIngress : Direction::kUnknown; // 3: for somebody else
}

Found cooked(Bytes frame, std::size_t header_bytes, unsigned packet_type, std::uint16_t protocol) {
    // 0x0001 and 0x0004 are Linux's numbers for 802.3 frames; only the second is followed by LLC.
    Found out = protocol == 0x0004 ? llc(drop(frame, header_bytes)) : Found{};
    if (protocol > 1500) out = ethertype(protocol, drop(frame, header_bytes));
    if (out) out->direction = cooked_direction(packet_type);
    return out;
}

Found cooked_v1(Bytes frame) {
    return frame.size() < 16 ? Found{} : cooked(frame, 16, be16(frame, 0), be16(frame, 14));
}

Found cooked_v2(Bytes frame) {
    return frame.size() < 20 ? Found{} : cooked(frame, 20, frame[10], be16(frame, 0));
}

// Cisco's HDLC: address, control, EtherType.
Found cisco_hdlc(Bytes frame) {
    return frame.size() < 4 ? Found{} : ethertype(be16(frame, 2), frame.subspan(4));
}

Found ppp_or_cisco_hdlc(Bytes frame) {
    const bool cisco = frame.size() >= 2 && (frame[0] == 0x0f || frame[0] == 0x8f) && frame[1] == 0;
    return cisco ? cisco_hdlc(frame) : ppp(frame);
}

// The direction stands where HDLC has its address.
Found ppp_pppd(Bytes frame) {
    const bool hdlc = frame.size() >= 2 && frame[1] == 0x03;
    return ppp(hdlc ? frame.subspan(2) : frame);
}

// RFC 2427: an address of two to four bytes, control, NLPID; or Cisco's: an EtherType behind the address.
Found frame_relay(Bytes frame) {
    std::size_t at = 0;
    while (at < 4 && at < frame.size() && (frame[at] & 1) == 0) ++at;
    frame = drop(frame, at + 1);
    if (frame.size() < 3) return std::nullopt;
    if (frame[0] != 0x03) return ethertype(be16(frame, 0), frame.subspan(2));
    std::size_t nlpid = 1;
    if (frame[nlpid] == 0) ++nlpid; // padding
    switch (frame[nlpid]) {
    case 0xcc:
    case 0x8e: return ip_by_version(drop(frame, nlpid + 1));
    case 0x80: { // SNAP
        const Bytes snap = drop(frame, nlpid + 1);
        return snap.size() > 5 && be32(snap, 0) >> 8 == 0 ? ethertype(be16(snap, 3), snap.subspan(5)) : Found{};
    }
    default: return std::nullopt;
    }
}

// Access control, frame control, two addresses, and a route when the source address says so.
Found token_ring(Bytes frame) {
    if (frame.size() < 15) return std::nullopt;
    const bool routed = (frame[8] & 0x80) != 0;
    return llc(drop(frame, 14 + (routed ? std::size_t{frame[14]} & 0x1f : 0)));
}

bool radiotap_pads(Bytes frame) {
    std::size_t at = 8;
    for (std::uint32_t present = le32(frame, 4); (present & 0x80000000) != 0 && at + 4 <= frame.size(); at += 4) {
        present = le32(frame, at);
    }
    const std::uint32_t first = le32(frame, 4);
    if ((first & 2) == 0) return false;                          // no flags
    if ((first & 1) != 0) at = ((at + 7) & ~std::size_t{7}) + 8; // behind the timestamp
    return at < frame.size() && (frame[at] & 0x20) != 0;
}

Found radiotap(Bytes frame) {
    if (frame.size() < 8) return std::nullopt;
    return ieee80211(drop(frame, le16(frame, 2)), radiotap_pads(frame));
}

// 144 bytes of Prism, or AVS, which says how long it is.
Found prism(Bytes frame) {
    if (frame.size() < 8) return std::nullopt;
    const bool avs = (be32(frame, 0) & 0xfffff000) == 0x80211000;
    return ieee80211(drop(frame, avs ? be32(frame, 4) : 144), false);
}

Found per_packet_information(Bytes frame, int nesting) {
    if (frame.size() < 8) return std::nullopt;
    return parse(static_cast<int>(le32(frame, 4) & 0xffff), drop(frame, le16(frame, 2)), nesting);
}

Found packet_tap(Bytes frame, int nesting) {
    if (frame.size() < 12) return std::nullopt;
    return parse(static_cast<int>(le32(frame, 8) & 0xffff), drop(frame, le32(frame, 0)), nesting);
}

// Length, address family…; padded to four bytes.
Found packet_filter_log(Bytes frame) {
    return frame.empty() ? Found{} : ip_by_version(drop(frame, (std::size_t{frame[0]} + 3) & ~std::size_t{3}));
}

// Netfilter's log: four bytes, then attributes; the ninth kind is the packet.
Found netfilter_log(Bytes frame) {
    constexpr std::uint32_t kPayload = 9;
    Bytes rest = drop(frame, 4);
    while (rest.size() >= 4) {
        const std::size_t length = le16(rest, 0);
        if (length < 4) return std::nullopt;
        if ((le16(rest, 2) & 0x7fff) == kPayload)
            return ip_by_version(rest.first(std::min(length, rest.size())).subspan(4));
        rest = drop(rest, (length + 3) & ~std::size_t{3});
    }
    return std::nullopt;
}

// Endace's record: 16 bytes, extension headers, then what the type says.
Found endace(Bytes frame) {
    if (frame.size() < 16) return std::nullopt;
    const unsigned type = frame[8] & 0x7f;
    bool more = (frame[8] & 0x80) != 0;
    frame = frame.subspan(16);
    for (int i = 0; more && i < 16; ++i) {
        if (frame.size() < 8) return std::nullopt;
        more = (frame[0] & 0x80) != 0;
        frame = frame.subspan(8);
    }
    switch (type) {
    case 1: return ppp_or_cisco_hdlc(frame);
    case 2: return ethernet(drop(frame, 2));
    case 22:
    case 23: return ip_by_version(frame);
    default: return std::nullopt;
    }
}

// Frame control, parameter, length, extended header if announced, check sequence; data frames are Ethernet.
Found docsis(Bytes frame) {
    if (frame.size() < 6 || (frame[0] & 0xc0) != 0) return std::nullopt;
    const bool extended = (frame[0] & 1) != 0;
    return ethernet(drop(frame, 6 + (extended ? std::size_t{frame[1]} : 0)));
}

Found parse(int linktype, Bytes frame, int nesting) {
    if (nesting >= kMaxNesting) return std::nullopt;
    switch (linktype) {
    case 0:                                        // NULL
    case 108: return family_header(frame);         // LOOP
    case 1: return ethernet(frame);                // ETHERNET
    case 6: return token_ring(frame);              // IEEE802_5
    case 8: return ip_by_version(drop(frame, 16)); // SLIP
    case 9: return ppp(frame);                     // PPP
    case 10: return llc(drop(frame, 13));          // FDDI
    case 11:
    case 100: return llc(frame); // ATM_RFC1483
    case 12:
    case 14:
    case 101:
    case 228:
    case 229: return ip_by_version(frame);           // RAW, IPV4, IPV6
    case 50: return ppp_or_cisco_hdlc(frame);        // PPP_HDLC
    case 51: return ethertype(0x8864, frame);        // PPP_ETHER
    case 104: return ppp_or_cisco_hdlc(frame);       // C_HDLC
    case 105: return ieee80211(frame, false);        // IEEE802_11
    case 107: return frame_relay(frame);             // FRELAY
    case 109: return ip_by_version(drop(frame, 12)); // ENC
    case 113: return cooked_v1(frame);               // LINUX_SLL
    case 117: return packet_filter_log(frame);       // PFLOG
    case 119:
    case 163: return prism(frame);         // IEEE802_11_PRISM, IEEE802_11_AVS
    case 122: return llc(drop(frame, 16)); // IP_OVER_FC
    case 123: return llc(drop(frame, 4));  // SUNATM
    case 127: return radiotap(frame);      // IEEE802_11_RADIOTAP
    case 138: return frame.size() < 18 ? Found{} : ethertype(be16(frame, 16), frame.subspan(18)); // IP over IEEE 1394
    case 143: return docsis(frame);                                                               // DOCSIS
    case 149:
    case 258: return packet_tap(frame, nesting + 1);             // PKTAP, and Darwin's older number for it
    case 166: return ppp_pppd(frame);                            // PPP_PPPD
    case 192: return per_packet_information(frame, nesting + 1); // PPI
    case 197: return endace(frame);                              // ERF
    case 204: return ppp(drop(frame, 1));                        // PPP_WITH_DIR
    case 205: return cisco_hdlc(drop(frame, 1));                 // C_HDLC_WITH_DIR
    case 206: return frame_relay(drop(frame, 1));                // FRELAY_WITH_DIR
    case 226: return ip_by_version(drop(frame, 24));             // IPNET
    case 239: return netfilter_log(frame);                       // NFLOG
    case 240: return ethernet(drop(frame, 4));                   // NETANALYZER
    case 241: return ethernet(drop(frame, 12));                  // NETANALYZER_TRANSPARENT
    case 259:
    case 274: return ethernet(drop(frame, 8)); // EPON, ETHERNET_MPACKET: behind the preamble
    case 276: return cooked_v2(frame);         // LINUX_SLL2
    default: return std::nullopt;
    }
}

} // namespace

std::optional<LinkPayload> parse_link(int linktype, std::span<const std::uint8_t> frame) {
    return parse(linktype, frame, 0);
}

bool link_supported(int linktype) {
    constexpr int kSupported[] = {0,   1,   6,   8,   9,   10,  11,  12,  14,  50,  51,  100, 101, 104, 105,
                                  107, 108, 109, 113, 117, 119, 122, 123, 127, 138, 143, 149, 163, 166, 192,
                                  197, 204, 205, 206, 226, 228, 229, 239, 240, 241, 258, 259, 274, 276};
    return std::find(std::begin(kSupported), std::end(kSupported), linktype) != std::end(kSupported);
}

} // namespace dnsmon
