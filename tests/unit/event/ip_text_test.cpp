// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "event/ip_text.h"

#include <arpa/inet.h>

#include <random>
#include <string>

using namespace dnsmon;

namespace {

std::string ours(const Address& address) {
    TextBuffer line;
    append_address(line, address);
    return std::string(line.view());
}

std::string libc(const Address& address) {
    char text[INET6_ADDRSTRLEN] = {};
    if (address.is_v4()) {
        ::inet_ntop(AF_INET, address.bytes.data() + 12, text, sizeof text);
    } else {
        ::inet_ntop(AF_INET6, address.bytes.data(), text, sizeof text);
    }
    return text;
}

Address from_text(const char* text) {
    Address address;
    REQUIRE(::inet_pton(AF_INET6, text, address.bytes.data()) == 1);
    return address;
}

} // namespace

TEST_CASE("IPv6 addresses are written as RFC 5952 says") {
    for (const char* text : {"::", "::1", "1::", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1",
                             "2001:db8::1:0:0:1", "fe80::1234:5678:9abc:def0", "0:1:2:3:4:5:6:7", "1:2:3:4:5:6:7:0",
                             "::2:3:4:5:6:7:8", "1:2:3:4:5:6::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"}) {
        CHECK(ours(from_text(text)) == libc(from_text(text)));
    }
    CHECK(ours(from_text("0:1:2:3:4:5:6:7")) == "0:1:2:3:4:5:6:7");
    CHECK(ours(from_text("2001:db8:0:0:1:0:0:1")) == "2001:db8::1:0:0:1");
}

TEST_CASE("an IPv4 address is written as dotted quad") {
    for (const char* text : {"::ffff:0.0.0.0", "::ffff:255.255.255.255", "::ffff:1.20.100.9"}) {
        CHECK(ours(from_text(text)) == std::string(text + 7));
    }
}

TEST_CASE("random addresses read as inet_ntop writes them") {
    std::mt19937 random(1);
    for (int i = 0; i < 200'000; ++i) {
        Address address;
        for (auto& byte : address.bytes) byte = static_cast<std::uint8_t>(random());
        // Zero words make "::"; a first word that is not zero keeps away from inet_ntop's "::a.b.c.d".
        for (std::size_t word = 1; word < 8; ++word) {
            if (random() % 2 == 0) address.bytes[2 * word] = address.bytes[2 * word + 1] = 0;
        }
        address.bytes[0] |= 1;
        if (i % 4 == 0) address = Address::v4(address.bytes.data());
        REQUIRE(ours(address) == libc(address));
    }
}
