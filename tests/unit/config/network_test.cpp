// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "config/network.h"

#include <string>

using namespace dnsmon;

namespace {

bool within(const char* network, const char* address) {
    const auto n = parse_network(network);
    const auto a = parse_network(address);
    INFO(network << " " << address);
    REQUIRE(n.has_value());
    REQUIRE(a.has_value());
    return n->contains(a->prefix);
}

std::string problem(const char* text) {
    const auto parsed = parse_network(text);
    return parsed ? "" : parsed.error().message;
}

} // namespace

TEST_CASE("an address is in the network that its first bits name") {
    CHECK(within("192.0.2.0/24", "192.0.2.255"));
    CHECK_FALSE(within("192.0.2.0/24", "192.0.3.0"));
    CHECK(within("10.64.0.0/10", "10.127.255.255"));
    CHECK_FALSE(within("10.64.0.0/10", "10.128.0.0"));
    CHECK(within("0.0.0.0/0", "255.1.2.3"));
    CHECK_FALSE(within("0.0.0.0/0", "2001:db8::1"));
    CHECK(within("2001:db8::/32", "2001:db8:ffff::1"));
    CHECK_FALSE(within("2001:db8::/32", "2001:db9::"));
    CHECK(within("::/0", "2001:db8::1"));
    CHECK_FALSE(within("::/0", "192.0.2.1"));
    CHECK_FALSE(within("::/1", "192.0.2.1"));
    CHECK(within("127.0.0.1", "127.0.0.1"));
    CHECK_FALSE(within("127.0.0.1", "127.0.0.2"));
    CHECK(within("::ffff:192.0.2.0/120", "192.0.2.9"));
}

TEST_CASE("what is no network is refused with its reason") {
    for (const auto* text : {"", "/24", "192.0.2", "192.0.2.0.1/24", "example.com", "fe80::1%eth0"})
        CHECK(problem(text).find("is no network") != std::string::npos);
    for (const auto* text : {"192.0.2.0/33", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/24x", "::/129", "::/0x1"})
        CHECK(problem(text).find("has no valid prefix length") != std::string::npos);
    for (const auto* text : {"192.0.2.1/24", "2001:db8::1/64"})
        CHECK(problem(text).find("has bits set behind its prefix") != std::string::npos);
}

TEST_CASE("where to listen is an IPv4 address with a port, kept as it is written") {
    for (const auto* text : {"127.0.0.1:9153", "0.0.0.0:1", "192.0.2.1:65535"}) {
        const auto address = parse_listen_address(text);
        REQUIRE(address);
        CHECK(*address == text);
    }
    for (const auto* text : {"", "9153", ":9153", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "[::1]:9153",
                             "127.0.0.1:91x", "localhost:9153", "127.1:9153"}) {
        const auto address = parse_listen_address(text);
        INFO(text);
        REQUIRE_FALSE(address);
        CHECK(address.error().message.find("is no IPv4 address with a port") != std::string::npos);
    }
}
