// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "dns/ascii.h"
#include "wire.h"

#include <arpa/inet.h>

#include <random>

using namespace dnsmon::dns;
using dnsmon::dns::test::hex;
using dnsmon::dns::test::Octets;

namespace {

template <typename Append, typename... Arguments>
std::string text(Append append, Arguments&&... arguments) {
    std::string out;
    append(out, std::forward<Arguments>(arguments)...);
    return out;
}

Octets octets(const std::string& bytes) {
    return Octets(bytes.begin(), bytes.end());
}

} // namespace

TEST_CASE("base64 and base32hex: RFC 4648 10") {
    CHECK(text(append_base64, octets("")) == "");
    CHECK(text(append_base64, octets("f")) == "Zg==");
    CHECK(text(append_base64, octets("fo")) == "Zm8=");
    CHECK(text(append_base64, octets("foo")) == "Zm9v");
    CHECK(text(append_base64, octets("foob")) == "Zm9vYg==");
    CHECK(text(append_base64, octets("foobar")) == "Zm9vYmFy");
    CHECK(text(append_base64, hex("fb ff fe")) == "+//+");
    CHECK(text(append_base32hex, octets("")) == "");
    CHECK(text(append_base32hex, octets("f")) == "co");
    CHECK(text(append_base32hex, octets("fo")) == "cpng");
    CHECK(text(append_base32hex, octets("foo")) == "cpnmu");
    CHECK(text(append_base32hex, octets("foob")) == "cpnmuog");
    CHECK(text(append_base32hex, octets("foobar")) == "cpnmuoj1e8");
}

TEST_CASE("numbers and hex") {
    CHECK(text(append_decimal, 0U) == "0");
    CHECK(text(append_decimal, ~std::uint64_t{0}) == "18446744073709551615");
    CHECK(text(append_padded, 7U, 3U) == "007");
    CHECK(text(append_padded, 1234U, 3U) == "1234");
    CHECK(text(append_hex, hex("00 0f f0 ff")) == "000ff0ff");
}

TEST_CASE("character strings") {
    CHECK(text(append_quoted, octets("")) == "\"\"");
    CHECK(text(append_quoted, octets("a \"b\" \\c;")) == "\"a \\\"b\\\" \\\\c;\"");
    CHECK(text(append_quoted, hex("00 1f 20 7e 7f ff")) == "\"\\000\\031 ~\\127\\255\"");
}

TEST_CASE("addresses are written as inet_ntop writes them") {
    const auto same_as_inet_ntop = [](const Octets& address) {
        char expected[INET6_ADDRSTRLEN];
        REQUIRE(inet_ntop(AF_INET6, address.data(), expected, sizeof expected) != nullptr);
        std::string ours;
        append_ipv6(ours, address.data());
        return ours == expected;
    };
    std::mt19937 random(1);
    for (unsigned zeros = 0; zeros < 256; ++zeros) { // every pattern of zero groups
        Octets address(16);
        for (unsigned i = 0; i < 8; ++i)
            if ((zeros & (1U << i)) == 0) address[2 * i + 1] = static_cast<std::uint8_t>(1 + random() % 255);
        CHECK(same_as_inet_ntop(address));
    }
    for (int i = 0; i < 2000; ++i) {
        Octets address(16);
        for (std::uint8_t& octet : address) octet = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : 0);
        CHECK(same_as_inet_ntop(address));
    }
    CHECK(same_as_inet_ntop(hex("00000000 00000000 0000ffff c0000201")));
    CHECK(same_as_inet_ntop(hex("00000000 00000000 00000000 c0000201")));
    CHECK(same_as_inet_ntop(hex("ffffffff ffffffff ffffffff ffffffff")));
    std::string v4;
    append_ipv4(v4, hex("ff 00 0a 64").data());
    CHECK(v4 == "255.0.10.100");
}
