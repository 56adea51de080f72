// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "util/hex.h"
#include "util/siphash.h"

#include <string>
#include <vector>

using namespace dnsmon;

TEST_CASE("SipHash-2-4 gives its authors' values") {
    // vectors.h of the reference implementation: key 00..0f, input 00, 01, 02, … of each length.
    const std::vector<std::uint64_t> expected{
        0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d, 0xcf2794e0277187b7,
        0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462, 0x9e0082df0ba9e4b0,
        0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7, 0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee,
        0xa129ca6149be45e5};
    HashKey key{};
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
    std::string input;
    for (const std::uint64_t value : expected) {
        CHECK(SipHash::hash(key, input) == value);
        input.push_back(static_cast<char>(input.size()));
    }
}

TEST_CASE("hexadecimal digits keep leading zeros and follow what is there") {
    std::string out = "x";
    append_hex(out, 0x0123456789abcdefULL);
    append_hex(out, 0);
    CHECK(out == "x0123456789abcdef0000000000000000");
}
