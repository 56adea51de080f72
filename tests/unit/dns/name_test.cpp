// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "dns/name.h"
#include "wire.h"

using namespace dnsmon::dns;
using namespace dnsmon::dns::test;

namespace {

NameScan scan(const Octets& wire, std::uint32_t offset = 0) {
    return scan_name(wire, offset, static_cast<std::uint32_t>(wire.size()));
}

} // namespace

TEST_CASE("names are written as RFC 1035 and RFC 4343 say") {
    struct Case {
        const char* what;
        Octets wire;
        const char* text;
    };
    const Case cases[] = {
        {"root", Wire().name("").octets(), "."},
        {"plain", Wire().name("www.example.com").octets(), "www.example.com"},
        {"case is kept", Wire().name("wWw.ExAmPlE").octets(), "wWw.ExAmPlE"},
        {"underscore, hyphen, digits", Wire().name("_dns-sd._udp.1").octets(), "_dns-sd._udp.1"},
        {"dot in a label", Wire().label("a.b").name("c").octets(), "a\\.b.c"},
        {"backslash in a label", Wire().label("a\\b").u8(0).octets(), "a\\\\b"},
        {"blank and quote", Wire().label("a b\"c").u8(0).octets(), "a\\032b\"c"},
        {"NUL and 255", hex("03 00 61 ff 00"), "\\000a\\255"},
        {"DEL and newline", hex("02 7f 0a 00"), "\\127\\010"},
        {"UTF-8 is octets", hex("03 c3 a9 78 00"), "\\195\\169x"},
        {"internationalised, as sent", Wire().name("xn--bcher-kva.example").octets(), "xn--bcher-kva.example"},
    };
    for (const Case& c : cases) {
        INFO(c.what);
        CHECK(name_text(c.wire, 0) == c.text);
        CHECK(scan(c.wire).error == DecodeError::kNone);
        CHECK(scan(c.wire).end == c.wire.size());
    }
}

TEST_CASE("a label has at most 63 octets, a name 255") {
    const std::string l63(63, 'a');
    CHECK(name_text(Wire().label(l63).u8(0).octets(), 0) == l63);
    const Octets longest = Wire().label(l63).label(l63).label(l63).label(std::string(61, 'b')).u8(0).octets();
    REQUIRE(longest.size() == 255);
    CHECK(scan(longest).error == DecodeError::kNone);
    CHECK(name_text(longest, 0).size() == 253);

    const Octets too_long = Wire().label(l63).label(l63).label(l63).label(std::string(62, 'b')).u8(0).octets();
    CHECK(scan(too_long).error == DecodeError::kNameTooLong);
    CHECK(scan(too_long).end_known);
    CHECK(scan(too_long).end == 256);
    CHECK(name_text(too_long, 0) == l63 + "." + l63 + "." + l63 + ".\\[?]"); // what was readable
}

TEST_CASE("the longest text a name can have fits kMaxNameText") {
    const std::string binary63(63, '\x01');
    const Octets wire =
        Wire().label(binary63).label(binary63).label(binary63).label(std::string(61, '\x01')).u8(0).octets();
    CHECK(name_text(wire, 0).size() == 4 * 250 + 3);
    CHECK(name_text(wire, 0).size() < kMaxNameText);
}

TEST_CASE("127 labels of one octet are a name") {
    Wire wire;
    for (int i = 0; i < 127; ++i) wire.label("a");
    wire.u8(0);
    CHECK(scan(wire.octets()).error == DecodeError::kNone);
    CHECK(name_text(wire.octets(), 0).size() == 253);
}

TEST_CASE("compression pointers lead backwards, through each other too") {
    Wire wire;
    wire.name("example.com");     // 0
    wire.label("www").pointer(0); // 13
    wire.label("a").pointer(13);  // 19
    wire.pointer(19);             // 23
    CHECK(name_text(wire.octets(), 13) == "www.example.com");
    CHECK(name_text(wire.octets(), 19) == "a.www.example.com");
    CHECK(name_text(wire.octets(), 23) == "a.www.example.com");
    CHECK(name_text(wire.octets(), 8) == "com");
    CHECK(scan(wire.octets(), 19).end == 23);
    CHECK(scan(wire.octets(), 23).end == 25);
    CHECK(scan(wire.octets(), 23).error == DecodeError::kNone);
}

TEST_CASE("pointers that do not lead backwards are damage; the name is followed where it can be") {
    const Octets self = Wire().pointer(0).octets();
    CHECK(scan(self).error == DecodeError::kBadPointer);
    CHECK(scan(self).end_known);
    CHECK(scan(self).end == 2);
    CHECK(name_text(self, 0) == "\\[?]");

    const Octets forward = Wire().label("a").pointer(4).name("b").octets();
    CHECK(scan(forward).error == DecodeError::kBadPointer);
    CHECK(scan(forward).error_offset == 2);
    CHECK(scan(forward).end == 4);
    CHECK(name_text(forward, 0) == "a.b");

    const Octets outside = Wire().label("a").pointer(400).octets();
    CHECK(scan(outside).error == DecodeError::kBadPointer);
    CHECK(scan(outside).end_known);
    CHECK(name_text(outside, 0) == "a.\\[?]");

    // A loop of two: the second pointer leads back, the label it leads to runs into the pointer again.
    const Octets loop = Wire().label("a").pointer(0).octets();
    CHECK(scan(loop).error == DecodeError::kNameTooLong);
    CHECK(scan(loop).end == 4);
    CHECK(name_text(loop, 0).size() <= 260);
    CHECK(name_text(loop, 0).ends_with(".a.\\[?]"));

    const Octets two = Wire().pointer(2).pointer(0).octets(); // without a label between them
    CHECK(scan(two).error == DecodeError::kBadPointer);
    CHECK(name_text(two, 0) == "\\[?]");
}

TEST_CASE("bit strings (RFC 2673) are shown, and are damage since RFC 6891") {
    const Octets wire = Wire().label("a").bytes(hex("41 0c abc0")).name("b").octets();
    CHECK(scan(wire).error == DecodeError::kBadLabelType);
    CHECK(scan(wire).error_offset == 2);
    CHECK(scan(wire).end == wire.size());
    CHECK(name_text(wire, 0) == "a.\\[xabc0/12].b");
    const Octets behind_pointer = Wire().bytes(hex("41 08 ff 00")).pointer(0).octets();
    CHECK(scan(behind_pointer, 4).error == DecodeError::kBadLabelType);
    CHECK(scan(behind_pointer, 4).end == 6);
    CHECK(name_text(behind_pointer, 4) == "\\[xff/8]");
    const Octets all = Wire().bytes(hex("41 00")).bytes(Octets(32, 0xa5)).u8(0).octets();
    CHECK(scan(all).end == all.size());
    CHECK(name_text(all, 0).ends_with("/256]"));
    const Octets cut = hex("41 10 ab");
    CHECK(scan(cut).error == DecodeError::kTruncatedName);
    CHECK_FALSE(scan(cut).end_known);
    CHECK(name_text(cut, 0) == "\\[?]");
}

TEST_CASE("a chain of pointers is followed kMaxPointers far") {
    const auto chain = [](unsigned pointers) {
        Wire wire;
        wire.name("x");
        for (unsigned i = 0; i < pointers; ++i) wire.pointer(i == 0 ? 0 : 3 + 2 * (i - 1));
        return wire;
    };
    const Wire fits = chain(kMaxPointers);
    CHECK(scan(fits.octets(), fits.size() - 2).error == DecodeError::kNone);
    CHECK(name_text(fits.octets(), fits.size() - 2) == "x");
    const Wire too_far = chain(kMaxPointers + 1);
    CHECK(scan(too_far.octets(), too_far.size() - 2).error == DecodeError::kBadPointer);
    CHECK(name_text(too_far.octets(), too_far.size() - 2) == "\\[?]");
}

TEST_CASE("pointers can make a name too long") {
    Wire wire;
    for (int i = 0; i < 3; ++i) wire.label(std::string(63, 'a'));
    wire.u8(0); // 193 octets at 0
    const std::uint32_t second = wire.size();
    wire.label(std::string(61, 'b')).pointer(0);
    const std::uint32_t third = wire.size();
    wire.label(std::string(62, 'b')).pointer(0);
    CHECK(scan(wire.octets(), second).error == DecodeError::kNone);
    CHECK(scan(wire.octets(), third).error == DecodeError::kNameTooLong);
    CHECK(scan(wire.octets(), third).end_known);
}

TEST_CASE("names that run past the end, reserved label types") {
    struct Case {
        const char* what;
        Octets wire;
        DecodeError error;
        std::uint32_t offset;
    };
    const Case cases[] = {
        {"nothing", {}, DecodeError::kTruncatedName, 0},
        {"no root", hex("01 61"), DecodeError::kTruncatedName, 2},
        {"label cut", hex("01 61 05 62 63"), DecodeError::kTruncatedName, 2},
        {"pointer cut", hex("01 61 c0"), DecodeError::kTruncatedName, 2},
        {"type 01", hex("01 61 42 01 00"), DecodeError::kBadLabelType, 2},
        {"bit string cut", hex("01 61 41 20 00"), DecodeError::kTruncatedName, 2},
        {"type 10", hex("81 00"), DecodeError::kBadLabelType, 0},
    };
    for (const Case& c : cases) {
        INFO(c.what);
        const NameScan name = scan(c.wire);
        CHECK(name.error == c.error);
        CHECK(name.error_offset == c.offset);
        CHECK_FALSE(name.end_known);
    }
}

TEST_CASE("a name's own bytes end at the limit, its pointer's target may be anywhere before") {
    const Octets wire = Wire().name("example").label("a").pointer(0).octets();
    CHECK(scan_name(wire, 9, 13).error == DecodeError::kNone);
    CHECK(scan_name(wire, 9, 12).error == DecodeError::kTruncatedName);
    CHECK(scan_name(wire, 9, 10).error == DecodeError::kTruncatedName);
}

TEST_CASE("an offset outside the wire gives nothing, not a read past the end") {
    CHECK(name_text(hex("01 61 00"), 2) == ".");
    CHECK(name_text(hex("01 61 00"), 3) == "\\[?]");
    CHECK(name_text(hex("01 61 00"), 4000000000U) == "\\[?]");
}
