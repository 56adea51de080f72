// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "util/byte_hash.h"

#include <cctype>
#include <set>
#include <string>
#include <string_view>

using namespace dnsmon;

namespace {

std::span<const std::uint8_t> bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

} // namespace

TEST_CASE("lower case is of A to Z only, in every place of a word") {
    for (unsigned place = 0; place < 8; ++place) {
        for (unsigned c = 0; c < 256; ++c) {
            const unsigned expected = c >= 'A' && c <= 'Z' ? c + 0x20 : c;
            for (const std::uint64_t others : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{0x6161616161616161}}) {
                const std::uint64_t mask = std::uint64_t{0xff} << (8 * place);
                const std::uint64_t word = (others & ~mask) | std::uint64_t{c} << (8 * place);
                REQUIRE(lower_word(word) == ((others & ~mask) | std::uint64_t{expected} << (8 * place)));
            }
        }
    }
}

TEST_CASE("texts of every length differ, unless it is by case alone") {
    std::set<std::uint64_t> seen;
    const std::string text = "abcdefghijklmnopqrstuvwxyz";
    for (std::size_t length = 0; length <= text.size(); ++length) {
        const std::string part = text.substr(0, length);
        std::string upper = part;
        for (char& c : upper) c = static_cast<char>(std::toupper(c));
        CHECK(seen.insert(hash_bytes(bytes(part))).second);
        CHECK(hash_bytes_without_case(bytes(part)) == hash_bytes_without_case(bytes(upper)));
        if (length > 0) CHECK(hash_bytes(bytes(part)) != hash_bytes(bytes(upper)));
    }
    CHECK(hash_bytes(bytes(std::string_view("a\0", 2))) != hash_bytes(bytes("a")));
}
