// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "dns/edns.h"
#include "wire.h"

using namespace dnsmon::dns;
using namespace dnsmon::dns::test;

namespace {

Wire with_opt(const Octets& options, std::uint32_t ttl = 0x8000, unsigned size = 1232) {
    return Wire().header(kQuery, 1, 0, 0, 1).question("a", 1).name("").record(41, size, ttl, options);
}

Octets option(unsigned code, const Octets& value) {
    return Wire().u16(code).u16(static_cast<unsigned>(value.size())).bytes(value).octets();
}

std::string value_text(unsigned code, const Octets& value) {
    std::string out;
    append_option_value(out, static_cast<std::uint16_t>(code), value);
    return out;
}

Octets text(const char* text) {
    return Wire().text(text).octets();
}

} // namespace

TEST_CASE("the OPT record's fields") {
    Message m;
    decode(Wire().header(kQuery, 0).octets(), m);
    CHECK_FALSE(edns_of(m).has_value());
    const Wire wire = with_opt({}, 0x0102c001, 4096);
    decode(wire.octets(), m);
    const auto edns = edns_of(m);
    REQUIRE(edns.has_value());
    CHECK(edns->extended_rcode == 1);
    CHECK(edns->version == 2);
    CHECK(edns->udp_size == 4096);
    CHECK(edns->flags == 0xc001);
    CHECK(edns->dnssec_ok);
    CHECK(edns->compact_ok);
}

TEST_CASE("options in order, the same one twice, the last one cut") {
    const Wire wire = with_opt(Wire()
                                   .bytes(option(15, hex("0012")))
                                   .bytes(option(10, Octets(8, 1)))
                                   .bytes(option(15, hex("0016 74")))
                                   .u16(3)
                                   .u16(9)
                                   .u8(1)
                                   .octets());
    Message m;
    decode(wire.octets(), m);
    std::string seen;
    const bool whole = for_each_option(m, [&](std::uint16_t code, Bytes value) {
        append_option_name(seen, code);
        seen.push_back('=');
        append_option_value(seen, code, value);
        seen.push_back(';');
    });
    CHECK_FALSE(whole);
    CHECK(seen == "EDE=18 (Prohibited);COOKIE=0101010101010101;EDE=22 (No Reachable Authority): \"t\";");
    decode(Wire().header(kQuery, 0).octets(), m);
    CHECK(for_each_option(m, [](std::uint16_t, Bytes) { FAIL("no OPT, no option"); }));
}

TEST_CASE("option names") {
    const char* names[] = {"OPT0",    "LLQ", "UPDATE-LEASE", "NSID",       "OWNER",          "DAU",        "DHU",
                           "N3U",     "ECS", "EXPIRE",       "COOKIE",     "TCP-KEEPALIVE",  "PADDING",    "CHAIN",
                           "KEY-TAG", "EDE", "CLIENT-TAG",   "SERVER-TAG", "REPORT-CHANNEL", "ZONEVERSION"};
    for (std::uint16_t code = 0; code < 20; ++code) {
        std::string out;
        append_option_name(out, code);
        CHECK(out == names[code]);
    }
    std::string out;
    append_option_name(out, 65001);
    CHECK(out == "OPT65001");
}

TEST_CASE("option values") {
    struct Case {
        unsigned code;
        Octets value;
        const char* text;
    };
    const Case cases[] = {
        {1, hex("0001 0001 0000 0000000000000002 00000e10"), "version 1, opcode 1, error 0, id 2, lease 3600"},
        {2, hex("00000e10"), "3600"},
        {2, hex("00000e10 00015180"), "3600/86400"},
        {3, text("ns1.example"), "ns1.example"},
        {3, hex("01 ff"), "01ff"},
        {3, {}, ""},
        {5, hex("08 0d 0f"), "8,13,15"},
        {6, hex("01 02"), "1,2"},
        {7, hex("01"), "1"},
        {8, hex("0001 18 00 c00002"), "192.0.2.0/24/0"},
        {8, hex("0001 00 00"), "0.0.0.0/0/0"},
        {8, hex("0001 20 18 c0000201"), "192.0.2.1/32/24"},
        {8, hex("0002 38 30 20010db8000000"), "2001:db8::/56/48"},
        {8, hex("0001 21 00 c0000201"), "00012100c0000201"}, // a prefix longer than the address
        {8, hex("0003 08 00 c0"), "00030800c0"},             // a family that is none
        {8, hex("0001"), "0001"},
        {9, {}, ""},
        {9, hex("00093a80"), "604800"},
        {10, hex("0102030405060708"), "0102030405060708"},
        {10, hex("0102030405060708 1112131415161718"), "0102030405060708 1112131415161718"},
        {10, hex("010203"), "010203"},
        {11, {}, ""},
        {11, hex("04d2"), "123.4s"},
        {12, Octets(7, 0), "7 bytes"},
        {12, hex("00 01"), "0001"},
        {13, Wire().name("example.com").octets(), "example.com"},
        {13, hex("c000"), "c000"},
        {14, hex("4f66 1234"), "20326,4660"},
        {14, hex("4f"), "4f"},
        {15, hex("0006"), "6 (DNSSEC Bogus)"},
        {15, Wire().u16(15).text("by \"policy\"").octets(), "15 (Blocked): \"by \\\"policy\\\"\""},
        {15, Wire().u16(49152).text("x").octets(), "49152: \"x\""},
        {15, hex("0f"), "0f"},
        {15, hex("0020"), "32 (Over Quota)"},
        {26, {}, ""},
        {16, hex("0007"), "7"},
        {17, hex("0007"), "7"},
        {18, Wire().name("agent.example").octets(), "agent.example"},
        {19, {}, ""},
        {19, hex("02 00 0000002a"), "2 SOA-SERIAL 42"},
        {19, hex("02 01 abcd"), "2 1 abcd"},
        {20, hex("001c 0041"), "AAAA,HTTPS"},
        {65001, hex("dead"), "dead"},
        {65001, {}, ""},
    };
    for (const Case& c : cases) {
        INFO("option " << c.code);
        CHECK(value_text(c.code, c.value) == c.text);
    }
}

TEST_CASE("an extended error in parts") {
    const Octets value = Wire().u16(3).text("old").octets();
    const auto error = extended_error(value);
    REQUIRE(error.has_value());
    CHECK(error->code == 3);
    CHECK(error->name == "Stale Answer");
    CHECK(error->text.size() == 3);
    const Octets private_use = hex("c000");
    CHECK(extended_error(private_use)->name.empty());
    CHECK_FALSE(extended_error(Bytes{}).has_value());
}
