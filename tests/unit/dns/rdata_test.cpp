// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "dns/text.h"
#include "wire.h"

using namespace dnsmon::dns::test;

namespace {

struct Case {
    unsigned type;
    Octets rdata;
    const char* text;
};

Octets name(const char* text) {
    return Wire().name(text).octets();
}

void check(const Case& c) {
    INFO("type " << c.type);
    CHECK(rdata_text(c.type, c.rdata) == c.text);
}

} // namespace

TEST_CASE("addresses") {
    const Case cases[] = {
        {1, {192, 0, 2, 1}, "192.0.2.1"},
        {1, {0, 0, 0, 0}, "0.0.0.0"},
        {28, hex("20010db8 00000000 00000000 00000001"), "2001:db8::1"},
        {28, hex("00000000 00000000 0000ffff c0000201"), "::ffff:192.0.2.1"},
        {38, hex("00 23450000 00000000 00000000 00000001"), "2345::1"},
        {105, hex("000a 0a010200"), "10 10.1.2.0"},
        {108, hex("00005ef00153"), "00-00-5e-f0-01-53"},
        {109, hex("00005ef000000153"), "00-00-5e-f0-00-00-01-53"},
    };
    for (const Case& c : cases)
        if (c.type != 38) check(c);
    CHECK(rdata_text(38, cases[4].rdata) == "0 2345::1");
    CHECK(rdata_text(38, Wire().u8(64).bytes(hex("0000000000000001")).name("p.example").octets()) ==
          "64 ::1 p.example");
    CHECK(rdata_text(38, Wire().u8(128).name("p.example").octets()) == "128 p.example");
}

TEST_CASE("Chaosnet's address is a name and an octal number") {
    CHECK(rdata_text(1, Wire().name("ch.example").u16(0755).octets(), 3) == "ch.example 755");
    CHECK(rdata_text(1, Wire().name("ch.example").u16(0).octets(), 3) == "ch.example 0");
    CHECK(rdata_text(1, {192, 0, 2, 1}, 0x8001) == "192.0.2.1"); // mDNS cache flush
}

TEST_CASE("names in rdata") {
    for (const unsigned type : {2U, 3U, 4U, 5U, 7U, 8U, 9U, 12U, 23U, 39U}) {
        check({type, name("ns.example.com"), "ns.example.com"});
        check({type, name(""), "."});
        check({type, Wire().label("ns").pointer(16).octets(), "ns.example.com"});
        check({type, Wire().pointer(12).octets(), "www.example.com"});
    }
    check({5, Wire().label("a.b c").u8(0).octets(), "a\\.b\\032c"});
    check({6, Wire().name("ns").name("host.master").u32(1).u32(2).u32(3).u32(4).u32(4294967295U).octets(),
           "ns host.master 1 2 3 4 4294967295"});
    check({14, Wire().name("a").name("b").octets(), "a b"});
    check({15, Wire().u16(10).name("mail.example").octets(), "10 mail.example"});
    check({15, Wire().u16(0).name("").octets(), "0 ."}); // RFC 7505
    check({17, Wire().name("mbox").name("").octets(), "mbox ."});
    check({18, Wire().u16(1).name("afs").octets(), "1 afs"});
    check({21, Wire().u16(1).name("rt").octets(), "1 rt"});
    check({26, Wire().u16(1).name("m822").name("x400").octets(), "1 m822 x400"});
    check({33, Wire().u16(1).u16(2).u16(5060).name("sip").octets(), "1 2 5060 sip"});
    check({36, Wire().u16(1).name("kx").octets(), "1 kx"});
    check({58, Wire().name("a").name("b").octets(), "a b"});
    check({66, Wire().u16(59).u8(1).u16(5359).name("n").octets(), "CDS NOTIFY 5359 n"});
    check({66, Wire().u16(59).u8(2).u16(5359).name("n").octets(), "CDS 2 5359 n"});
    check({107, Wire().u16(10).name("l64").octets(), "10 l64"});
}

TEST_CASE("character strings in rdata") {
    check({13, Wire().label("VAX 11").label("").octets(), "\"VAX 11\" \"\""});
    check({16, Wire().label("v=spf1 -all").octets(), "\"v=spf1 -all\""});
    check({16, Wire().label("a\"b").label("c\\d").label(std::string(1, '\n')).octets(),
           "\"a\\\"b\" \"c\\\\d\" \"\\010\""});
    check({16, Wire().label("").octets(), "\"\""});
    check({16, {}, "\\# 0"});
    check({16, hex("05 61"), "\\# 2 0561"});
    check({19, Wire().label("311061700956").octets(), "\"311061700956\""});
    check({20, Wire().label("150862028003217").octets(), "\"150862028003217\""});
    check({20, Wire().label("1508").label("004").octets(), "\"1508\" \"004\""});
    check({27, Wire().label("-32.6882").label("116.8652").label("10.0").octets(), "-32.6882 116.8652 10.0"});
    check({27, Wire().label("a\nb").label("1").label("2").octets(), "\\# 8 03610a6201310132"});
    check({35, Wire().u16(100).u16(10).label("u").label("E2U+sip").label("!^.*$!sip:a@b!").name("").octets(),
           "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:a@b!\" ."});
    for (const unsigned type : {56U, 99U, 258U, 261U, 262U, 263U}) check({type, Wire().label("t").octets(), "\"t\""});
    check({256, Wire().u16(10).u16(1).text("ftp://ftp.example/a \"b\"").octets(),
           "10 1 \"ftp://ftp.example/a \\\"b\\\"\""});
    check({257, Wire().u8(0).label("issue").text("ca.example; a=b").octets(), "0 issue \"ca.example; a=b\""});
    check({257, Wire().u8(128).label("iodef").octets(), "128 iodef \"\""});
    check({257, Wire().u8(0).label("is sue").octets(), "\\# 8 0006697320737565"});
}

TEST_CASE("hex and base64") {
    check({22, hex("47000580"), "0x47000580"});
    check({31, hex("0102ab"), "0102ab"});
    check({32, hex("0102ab"), "0102ab"});
    check({34, Wire().u8(1).text("61200000").octets(), "+61200000"});
    check({34, hex("00 39246f"), "39246f"});
    check({34, Wire().u8(1).text("6a").octets(), "\\# 3 013661"});
    check({37, Wire().u16(1).u16(2).u8(8).text("foo").octets(), "PKIX 2 RSASHA256 Zm9v"});
    check({37, Wire().u16(99).u16(2).u8(0).text("foo").octets(), "99 2 0 Zm9v"});
    check({40, Wire().u8(1).u8(2).u8(3).text("foo").octets(), "1 2 3 Zm9v"});
    check({44, hex("01 02 abcd"), "1 2 abcd"});
    check({49, Wire().text("foo").octets(), "Zm9v"});
    check({52, hex("03 01 01 abcd"), "3 1 1 abcd"});
    check({53, hex("03 00 00 abcd"), "3 0 0 abcd"});
    check({61, Wire().text("foo").octets(), "Zm9v"});
    check({63, hex("00000001 01 02 abcd"), "1 1 2 abcd"});
    check({104, hex("000a 0014 4fff ff20 ee64"), "10 0014:4fff:ff20:ee64"});
    check({106, hex("000a 2001 0db8 1140 1000"), "10 2001:0db8:1140:1000"});
    check({259, Wire().u32(1).u32(2).u8(3).label("text/plain").text("foo").octets(), "1 2 3 \"text/plain\" Zm9v"});
    check({259, Wire().u32(1).u32(2).u8(3).label("").octets(), "1 2 3 \"\" -"});
    check({264, hex("00000003 00000001"), "12884901889"});
}

TEST_CASE("gateways, lists and ports") {
    check({11, hex("c0000201 06 0000004000"), "192.0.2.1 6 25"});
    check({11, hex("c0000201 11"), "192.0.2.1 17"});
    check({42, hex("0001 15 03 c0a820 0001 1c 83 c0a826"), "1:192.168.32.0/21 !1:192.168.38.0/28"}); // RFC 3123 8
    check({42, hex("0002 08 01 ff"), "2:ff00::/8"});
    check({42, hex("0001 00 00"), "1:0.0.0.0/0"});
    check({42, hex("0003 08 01 ff"), "\\# 5 00030801ff"});
    check({42, hex("0001 21 00"), "\\# 4 00012100"});
    check({45, Wire().u8(10).u8(1).u8(2).bytes({192, 0, 2, 38}).text("foo").octets(), "10 1 2 192.0.2.38 Zm9v"});
    check({45, Wire().u8(10).u8(0).u8(2).text("foo").octets(), "10 0 2 . Zm9v"});
    check({45, Wire().u8(10).u8(3).u8(2).name("gw.example").text("foo").octets(), "10 3 2 gw.example Zm9v"});
    check({45, Wire().u8(10).u8(2).u8(0).bytes(hex("20010db8 00000000 00000000 00000001")).octets(),
           "10 2 0 2001:db8::1"});
    check({45, hex("0a 04 02 00"), "\\# 4 0a040200"});
    check({55, Wire().u8(2).u8(2).u16(3).bytes(hex("abcd")).text("foo").name("rvs.example").octets(),
           "2 abcd Zm9v rvs.example"});
    check({260, hex("0a 81 c0000201"), "10 1 1 192.0.2.1"});
    check({260, hex("0a 00"), "10 0 0 ."});
    check({260, Wire().u8(10).u8(3).name("relay.example").octets(), "10 0 3 relay.example"});
}

TEST_CASE("HIP's rendezvous servers are uncompressed names: a list of pointers is not expanded") {
    Wire wire;
    wire.u8(1).u8(2).u16(1).u8(0xab).u8(0xcd);
    for (int i = 0; i < 100; ++i) wire.pointer(12);
    const std::string text = rdata_text(55, wire.octets());
    CHECK(text.substr(0, 3) == "\\# ");
    CHECK(text.size() < 3 * wire.size());
}

TEST_CASE("unknown types and data that does not parse: RFC 3597") {
    check({65280, hex("abcdef"), "\\# 3 abcdef"});
    check({65280, {}, "\\# 0"});
    check({10, hex("00"), "\\# 1 00"});                // NULL has no form of its own
    check({41, hex("000a 0000"), "\\# 4 000a0000"});   // OPT neither
    check({1, hex("c00002"), "\\# 3 c00002"});         // short
    check({1, hex("c000020100"), "\\# 5 c000020100"}); // long
    check({15, hex("000a"), "\\# 2 000a"});            // no name
    check({5, hex("c0ff"), "\\# 2 c0ff"});             // a forward pointer
    check({5, hex("0161"), "\\# 2 0161"});             // no root inside the rdata
    check({5, hex("016100 00"), "\\# 4 01610000"});    // a name and more
    check({2, hex("4101"), "\\# 2 4101"});
    check({42, {}, "\\# 0"});
}

TEST_CASE("rdata at the very end of the wire, and past it") {
    using namespace dnsmon::dns;
    const Octets wire(20, 0);
    Message message;
    message.wire = wire;
    Record record;
    record.type = 1;
    record.rdata_offset = 18;
    record.rdata_bytes = 4;
    std::string out;
    append_rdata(out, message, record);
    CHECK(out == "\\# 2 0000");
    record.rdata_offset = 4000000000U;
    out.clear();
    append_rdata(out, message, record);
    CHECK(out == "\\# 0");
}
