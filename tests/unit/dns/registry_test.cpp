// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "dns/mdns.h"
#include "dns/registry.h"
#include "dns/text.h"

using namespace dnsmon::dns;

namespace {

template <typename Append, typename Code>
std::string text(Append append, Code code) {
    std::string out;
    append(out, code);
    return out;
}

std::string type(unsigned code) {
    return text(append_type, static_cast<std::uint16_t>(code));
}
std::string klass(unsigned code) {
    return text(append_class, static_cast<std::uint16_t>(code));
}
std::string rcode(unsigned code) {
    return text(append_rcode, static_cast<std::uint16_t>(code));
}

} // namespace

TEST_CASE("types") {
    CHECK(type(1) == "A");
    CHECK(type(28) == "AAAA");
    CHECK(type(23) == "NSAP-PTR");
    CHECK(type(255) == "ANY");
    CHECK(type(264) == "IPN");
    CHECK(type(265) == "TYPE265");
    CHECK(type(32768) == "TA");
    CHECK(type(32769) == "DLV");
    CHECK(type(32770) == "TYPE32770");
    CHECK(type(65535) == "TYPE65535");
    CHECK(type(0) == "TYPE0");
    CHECK(type(54) == "TYPE54"); // never assigned
    for (unsigned code = 1; code <= 53; ++code) CHECK_FALSE(type_name(static_cast<std::uint16_t>(code)).empty());
}

TEST_CASE("classes, opcodes, rcodes") {
    CHECK(klass(1) == "IN");
    CHECK(klass(3) == "CH");
    CHECK(klass(4) == "HS");
    CHECK(klass(254) == "NONE");
    CHECK(klass(255) == "ANY");
    CHECK(klass(42) == "CLASS42");
    const char* opcodes[] = {"QUERY", "IQUERY", "STATUS", "OPCODE3", "NOTIFY", "UPDATE", "DSO", "OPCODE7"};
    for (std::uint8_t code = 0; code < 8; ++code) CHECK(text(append_opcode, code) == opcodes[code]);
    CHECK(rcode(0) == "NOERROR");
    CHECK(rcode(3) == "NXDOMAIN");
    CHECK(rcode(11) == "DSOTYPENI");
    CHECK(rcode(12) == "RCODE12");
    CHECK(rcode(16) == "BADVERS");
    CHECK(rcode(23) == "BADCOOKIE");
    CHECK(rcode(3841) == "RCODE3841");
}

TEST_CASE("algorithms") {
    CHECK(algorithm_name(8) == "RSASHA256");
    CHECK(algorithm_name(4).empty());
    CHECK(algorithm_name(255).empty());
}

TEST_CASE("mDNS's bit in the class") {
    CHECK(mdns_bit(0x8001));
    CHECK_FALSE(mdns_bit(1));
    CHECK(mdns_class(0x8001) == 1);
    CHECK(mdns_class(255) == 255);
}
