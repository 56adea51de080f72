// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "packet/tunnel.h"
#include "packet_builder.h"

namespace dnsmon {
namespace {

using namespace test;

const Bytes kFour = ipv4("192.0.2.1", "192.0.2.2", 17, udp(40000, 53, text("question")));
const Bytes kSix = ipv6("2001:db8::1", "2001:db8::2", 17, udp(40000, 53, text("question")));
const Bytes kEthernet = ethernet(0x0800, kFour);

Bytes zeros(std::size_t n) {
    return Bytes(n, 0);
}
Bytes over_ip(std::uint8_t protocol, const Bytes& payload) {
    return ipv4("10.0.0.1", "10.0.0.2", protocol, payload);
}
Bytes over_udp(std::uint16_t port, const Bytes& payload) {
    return over_ip(17, udp(50000, port, payload));
}

struct Case {
    const char* what;
    Bytes outer;
    Bytes inner;
};

std::vector<Case> tunnels() {
    return {
        {"IPv4 in IPv4", over_ip(4, kFour), kFour},
        {"IPv6 in IPv4", over_ip(41, kSix), kSix},
        {"IPv4 in IPv6", ipv6("2001:db8::5", "2001:db8::6", 4, kFour), kFour},
        {"GRE", over_ip(47, join(Bytes{0, 0, 0x08, 0x00}, kFour)), kFour},
        {"GRE with checksum, key and sequence", over_ip(47, join(Bytes{0xb0, 0, 0x86, 0xdd}, zeros(12), kSix)), kSix},
        {"GRE with Ethernet", over_ip(47, join(Bytes{0, 0, 0x65, 0x58}, kEthernet)), kFour},
        {"GRE of PPTP", over_ip(47, join(Bytes{0x30, 0x81, 0x88, 0x0b}, zeros(12), Bytes{0xff, 3, 0, 0x21}, kFour)),
         kFour},
        {"ERSPAN, first version", over_ip(47, join(Bytes{0, 0, 0x88, 0xbe}, kEthernet)), kFour},
        {"ERSPAN, second version", over_ip(47, join(Bytes{0x10, 0, 0x88, 0xbe}, zeros(12), kEthernet)), kFour},
        {"ERSPAN, third version", over_ip(47, join(Bytes{0x10, 0, 0x22, 0xeb}, zeros(16), kEthernet)), kFour},
        {"GRE of an access point", over_ip(47, join(Bytes{0, 0, 0x82, 0x10, 0x08, 0x01}, zeros(22),
                                                    Bytes{0xaa, 0xaa, 3, 0, 0, 0, 0x08, 0x00}, kFour)),
         kFour},
        {"VXLAN on Linux's port", over_udp(8472, join(Bytes{8, 0, 0, 0, 0, 0, 1, 0}, kEthernet)), kFour},
        {"VXLAN-GPE with a service header",
         over_udp(4790, join(Bytes{0x0c, 0, 0, 4, 0, 0, 1, 0}, Bytes{0, 2, 2, 1, 0, 0, 1, 0}, kFour)), kFour},
        {"LISP", over_udp(4341, join(zeros(8), kFour)), kFour},
        {"WCCP", over_ip(47, join(Bytes{0, 0, 0x88, 0x3e}, zeros(4), kFour)), kFour},
        {"GRE over UDP", over_udp(4754, join(Bytes{0, 0, 0x08, 0x00}, kFour)), kFour},
        {"MPLS in IP", over_ip(137, join(Bytes{0, 1, 1, 64}, kFour)), kFour},
        {"MPLS over UDP", over_udp(6635, join(Bytes{0, 1, 1, 64}, kFour)), kFour},
        {"EtherIP", over_ip(97, join(Bytes{0x30, 0}, kEthernet)), kFour},
        {"VXLAN", over_udp(4789, join(Bytes{8, 0, 0, 0, 0, 0, 1, 0}, kEthernet)), kFour},
        {"VXLAN-GPE", over_udp(4790, join(Bytes{0x0c, 0, 0, 1, 0, 0, 1, 0}, kFour)), kFour},
        {"Geneve with options", over_udp(6081, join(Bytes{2, 0, 0x65, 0x58}, zeros(12), kEthernet)), kFour},
        {"GTP", over_udp(2152, join(Bytes{0x30, 0xff, 0, 9}, zeros(4), kFour)), kFour},
        {"GTP with an extension",
         over_udp(2152, join(Bytes{0x34, 0xff, 0, 9}, zeros(7), Bytes{0x85, 1, 0, 0, 0}, kFour)), kFour},
        {"GTP version 0", over_udp(3386, join(Bytes{0x1e, 0xff}, zeros(18), kFour)), kFour},
        {"L2TP", over_udp(1701, join(Bytes{0x40, 2, 0, 9}, zeros(4), Bytes{0xff, 3, 0, 0x21}, kFour)), kFour},
        {"Teredo", over_udp(3544, kSix), kSix},
        {"Teredo with both indications", over_udp(3544, join(Bytes{0, 1, 0, 0}, zeros(9), zeros(8), kSix)), kSix},
        {"AYIYA", over_udp(5072, join(Bytes{0x41, 0x52, 0x11, 41}, zeros(4 + 16 + 20), kSix)), kSix},
        {"TZSP", over_udp(37008, join(Bytes{1, 0, 0, 1, 0, 10, 1, 9, 1}, kEthernet)), kFour},
    };
}

TEST_CASE("the packet inside a packet is found") {
    for (const Case& c : tunnels()) {
        CAPTURE(c.what);
        const auto inner = parse_tunnel(parse_ip(c.outer));
        REQUIRE(inner);
        CHECK(Bytes(inner->bytes.begin(), inner->bytes.end()) == c.inner);
    }
}

TEST_CASE("what is no tunnel is left alone") {
    const Case cases[] = {
        {"DNS", kFour, {}},
        {"TCP", over_ip(6, tcp(1, 4789, kFour)), {}},
        {"VXLAN's port without its flag", over_udp(4789, join(zeros(8), kEthernet)), {}},
        {"a Teredo bubble", over_udp(3544, zeros(8)), {}},
        {"Teredo with IPv4", over_udp(3544, kFour), {}},
        {"GTP signalling", over_udp(2152, join(Bytes{0x30, 0x01, 0, 9}, zeros(4), kFour)), {}},
        {"L2TP control", over_udp(1701, join(Bytes{0xc8, 2, 0, 9}, zeros(8), kFour)), {}},
        {"GRE with routing", over_ip(47, join(Bytes{0x40, 0, 8, 0}, kFour)), {}},
        {"ESP", over_ip(50, kFour), {}},
        {"ICMP error", over_ip(1, join(Bytes{3, 3, 0, 0, 0, 0, 0, 0}, kFour)), {}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.what);
        CHECK_FALSE(parse_tunnel(parse_ip(c.outer)));
    }
}

TEST_CASE("every prefix of every tunnel is survived") {
    for (const Case& c : tunnels()) {
        for (std::size_t n = 0; n < c.outer.size(); ++n) {
            const Bytes part(c.outer.begin(), c.outer.begin() + static_cast<std::ptrdiff_t>(n));
            const auto inner = parse_tunnel(parse_ip(part));
            if (inner) CHECK(inner->bytes.size() < c.inner.size());
        }
    }
}

} // namespace
} // namespace dnsmon
