// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "packet/link.h"
#include "packet_builder.h"

namespace dnsmon {
namespace {

using namespace test;

const Bytes kFour = ipv4("192.0.2.1", "192.0.2.2", 17, udp(40000, 53, text("question")));
const Bytes kSix = ipv6("2001:db8::1", "2001:db8::2", 17, udp(40000, 53, text("question")));
const Bytes kSnap{0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00};

Bytes behind(const Bytes& header) {
    return join(header, kFour);
}
Bytes zeros(std::size_t n) {
    return Bytes(n, 0);
}
Bytes tagged(std::initializer_list<unsigned> sixteen_bit_words) {
    Bytes out;
    for (const unsigned word : sixteen_bit_words) put16(out, word);
    return out;
}
/// A cooked header of version 1.
Bytes cooked(unsigned type, unsigned protocol) {
    return join(tagged({type, 1, 6}), zeros(8), tagged({protocol}));
}
Bytes wifi(std::uint8_t control, std::uint8_t flags, std::size_t header_bytes) {
    Bytes out{control, flags};
    out.resize(header_bytes);
    return join(out, kSnap);
}

struct Case {
    const char* what;
    int linktype;
    Bytes frame;
};

std::vector<Case> frames_with_ipv4() {
    const Bytes radiotap_padded{0, 0, 17, 0, 3, 0, 0, 0,   0,
                                0, 0, 0,  0, 0, 0, 0, 0x20}; // timestamp, flags: padded header
    Bytes deep;
    for (int i = 0; i < 8; ++i) append(deep, tagged({7, 0x8100}));
    return {
        {"Ethernet", 1, ethernet(0x0800, kFour)},
        {"802.1Q", 1, ethernet(0x8100, behind(tagged({5, 0x0800})))},
        {"QinQ, 802.1ad", 1, ethernet(0x88a8, behind(tagged({5, 0x8100, 6, 0x0800})))},
        {"QinQ, before the standard", 1, ethernet(0x9100, behind(tagged({5, 0x8100, 6, 0x0800})))},
        {"many tags", 1, ethernet(0x8100, join(deep, tagged({7, 0x0800}), kFour))},
        {"MPLS", 1, ethernet(0x8847, behind({0, 1, 0x00, 64, 0, 2, 0x01, 64}))},
        {"MPLS pseudowire", 1, ethernet(0x8847, join(Bytes{0, 1, 0x01, 64}, zeros(4), ethernet(0x0800, kFour)))},
        {"PPPoE", 1, ethernet(0x8864, behind({0x11, 0, 0, 1, 0, 99, 0x00, 0x21}))},
        {"PPPoE in a VLAN", 1, ethernet(0x8100, behind({0, 5, 0x88, 0x64, 0x11, 0, 0, 1, 0, 99, 0x00, 0x21}))},
        {"802.3 with LLC and SNAP", 1, ethernet(100, behind(kSnap))},
        {"802.3 with LLC", 1, ethernet(100, behind({0x06, 0x06, 0x03}))},
        {"802.1ah", 1, ethernet(0x88e7, join(zeros(4), ethernet(0x0800, kFour)))},
        {"MACsec, not encrypted", 1, ethernet(0x88e5, join(zeros(6), tagged({0x0800}), kFour))},
        {"MACsec with a channel identifier", 1, ethernet(0x88e5, join(Bytes{0x20}, zeros(13), tagged({0x0800}), kFour))},
        {"Cisco MetaData", 1, ethernet(0x8909, behind(tagged({0x0101, 0x0001, 5, 0x0800})))},
        {"FabricPath", 1, ethernet(0x8903, join(zeros(2), ethernet(0x0800, kFour)))},
        {"NSH", 1, ethernet(0x894f, behind({0, 2, 1, 1, 0, 0, 0, 0}))},
        {"null, little endian", 0, behind({2, 0, 0, 0})},
        {"null, big endian", 0, behind({0, 0, 0, 2})},
        {"loop", 108, behind({0, 0, 0, 2})},
        {"raw", 101, kFour},
        {"raw, BSD", 12, kFour},
        {"raw, OpenBSD", 14, kFour},
        {"IPv4", 228, kFour},
        {"SLIP", 8, behind(zeros(16))},
        {"PPP", 9, behind({0x00, 0x21})},
        {"PPP, compressed protocol", 9, behind({0x21})},
        {"PPP in HDLC", 50, behind({0xff, 0x03, 0x00, 0x21})},
        {"Cisco HDLC", 50, behind({0x0f, 0x00, 0x08, 0x00})},
        {"Cisco HDLC", 104, behind({0x8f, 0x00, 0x08, 0x00})},
        {"PPPoE without Ethernet", 51, behind({0x11, 0, 0, 1, 0, 99, 0x00, 0x21})},
        {"pppd", 166, behind({0x01, 0x03, 0x00, 0x21})},
        {"PPP with direction", 204, behind({1, 0xff, 0x03, 0x00, 0x21})},
        {"cooked", 113, behind(cooked(0, 0x0800))},
        {"cooked with a VLAN tag", 113, join(cooked(0, 0x8100), tagged({5, 0x0800}), kFour)},
        {"cooked with LLC", 113, join(cooked(0, 4), kSnap, kFour)},
        {"cooked, version 2", 276, join(tagged({0x0800, 0}), zeros(16), kFour)},
        {"FDDI", 10, join(zeros(13), kSnap, kFour)},
        {"token ring", 6, join(zeros(14), kSnap, kFour)},
        {"token ring with a route", 6, join(zeros(8), Bytes{0x80}, zeros(5), Bytes{6}, zeros(5), kSnap, kFour)},
        {"ATM", 100, behind(kSnap)},
        {"frame relay", 107, behind({0x18, 0x41, 0x03, 0xcc})},
        {"frame relay with SNAP", 107, behind({0x18, 0x41, 0x03, 0x00, 0x80, 0, 0, 0, 0x08, 0x00})},
        {"frame relay, Cisco", 107, behind({0x18, 0x41, 0x08, 0x00})},
        {"IP over Fibre Channel", 122, join(zeros(16), kSnap, kFour)},
        {"802.11", 105, join(wifi(0x08, 0x01, 24), kFour)},
        {"802.11 with QoS", 105, join(wifi(0x88, 0x01, 26), kFour)},
        {"802.11 with four addresses", 105, join(wifi(0x08, 0x03, 30), kFour)},
        {"radiotap", 127, join(Bytes{0, 0, 8, 0, 0, 0, 0, 0}, wifi(0x08, 0x02, 24), kFour)},
        {"radiotap, padded header", 127, join(radiotap_padded, wifi(0x88, 0x02, 28), kFour)},
        {"Prism", 119, join(zeros(144), wifi(0x08, 0x02, 24), kFour)},
        {"AVS", 163, join(Bytes{0x80, 0x21, 0x10, 0x01, 0, 0, 0, 64}, zeros(56), wifi(0x08, 0x02, 24), kFour)},
        {"PPI", 192, join(Bytes{0, 0, 8, 0, 1, 0, 0, 0}, ethernet(0x0800, kFour))},
        {"IPNET", 226, join(zeros(24), kFour)},
        {"PFLOG", 117, join(Bytes{61, 2}, zeros(62), kFour)},
        {"NFLOG", 239, join(Bytes{2, 0, 0, 0, 5, 0, 1, 0, 0xff, 0, 0, 0}, Bytes{255, 0, 9, 0}, kFour)},
        {"ENC", 109, join(zeros(12), kFour)},
        {"ERF", 197, join(zeros(8), Bytes{2}, zeros(7), zeros(2), ethernet(0x0800, kFour))},
        {"DOCSIS", 143, join(zeros(6), ethernet(0x0800, kFour))},
    };
}

TEST_CASE("IPv4 is found behind every link layer") {
    for (const Case& c : frames_with_ipv4()) {
        CAPTURE(c.what);
        CHECK(link_supported(c.linktype));
        const auto payload = parse_link(c.linktype, c.frame);
        REQUIRE(payload);
        CHECK(payload->ethertype == 0x0800);
        CHECK(Bytes(payload->bytes.begin(), payload->bytes.end()) == kFour);
    }
}

TEST_CASE("IPv6 is found by EtherType, protocol and version") {
    const Case cases[] = {
        {"Ethernet", 1, ethernet(0x86dd, kSix)},
        {"raw", 101, kSix},
        {"PPP", 9, join(Bytes{0x00, 0x57}, kSix)},
        {"null, Linux", 0, join(Bytes{10, 0, 0, 0}, kSix)},
        {"null, NetBSD", 0, join(Bytes{24, 0, 0, 0}, kSix)},
        {"null, FreeBSD", 0, join(Bytes{0, 0, 0, 28}, kSix)},
        {"null, Darwin", 0, join(Bytes{30, 0, 0, 0}, kSix)},
        {"MPLS", 1, ethernet(0x8847, join(Bytes{0, 1, 0x01, 64}, kSix))},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        const auto payload = parse_link(c.linktype, c.frame);
        REQUIRE(payload);
        CHECK(payload->ethertype == 0x86dd);
        CHECK(Bytes(payload->bytes.begin(), payload->bytes.end()) == kSix);
    }
}

TEST_CASE("cooked captures know the direction") {
    const auto direction = [](unsigned type) {
        const Bytes frame = behind(cooked(type, 0x0800));
        return parse_link(113, frame)->direction;
    };
    CHECK(direction(0) == Direction::kIngress);
    CHECK(direction(2) == Direction::kIngress);
    CHECK(direction(3) == Direction::kUnknown);
    CHECK(direction(4) == Direction::kEgress);
    const Bytes outgoing = join(tagged({0x0800, 0}), zeros(6), Bytes{4}, zeros(9), kFour);
    CHECK(parse_link(276, outgoing)->direction == Direction::kEgress);
}

TEST_CASE("what is not IP, not whole or not in the clear is nothing") {
    Bytes endless_tags;
    for (int i = 0; i < 100; ++i) append(endless_tags, tagged({7, 0x8100}));
    Bytes endless_labels(4000, 0);
    const Case cases[] = {
        {"ARP", 1, ethernet(0x0806, zeros(28))},
        {"spanning tree", 1, ethernet(38, join(Bytes{0x42, 0x42, 0x03}, zeros(35)))},
        {"endless VLAN tags", 1, ethernet(0x8100, join(endless_tags, tagged({7, 0x0800}), kFour))},
        {"endless MPLS labels", 1, ethernet(0x8847, endless_labels)},
        {"PPPoE discovery code", 1, ethernet(0x8864, behind({0x11, 9, 0, 0, 0, 99, 0x00, 0x21}))},
        {"LCP", 9, {0xc0, 0x21, 1, 1, 0, 4}},
        {"802.11 beacon", 105, join(wifi(0x80, 0, 24), kFour)},
        {"802.11 encrypted", 105, join(wifi(0x08, 0x41, 24), kFour)},
        {"802.11 fragment", 105, join(wifi(0x08, 0x05, 24), kFour)},
        {"PPI in PPI for ever", 192, {0, 0, 0, 0, 192, 0, 0, 0}},
        {"another address family", 0, behind({7, 0, 0, 0})},
        {"a link type without IP", 195, kFour},
        {"empty", 1, {}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        CHECK_FALSE(parse_link(c.linktype, c.frame));
    }
    CHECK_FALSE(link_supported(195));
}

TEST_CASE("every prefix of every frame is survived") {
    for (const Case& c : frames_with_ipv4()) {
        for (std::size_t n = 0; n < c.frame.size(); ++n) {
            const Bytes part(c.frame.begin(), c.frame.begin() + static_cast<std::ptrdiff_t>(n));
            const auto payload = parse_link(c.linktype, part);
            if (payload) CHECK(payload->bytes.size() < kFour.size());
        }
    }
}

} // namespace
} // namespace dnsmon
