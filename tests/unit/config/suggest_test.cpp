// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "config/suggest.h"

#include <array>
#include <string>

using namespace dnsmon;

TEST_CASE("the nearest word is found through a slip of the fingers") {
    constexpr std::array<std::string_view, 4> kWords{"interfaces", "ports", "ring_buffer", "any-port"};
    CHECK(nearest_word("interface", kWords) == "interfaces");
    CHECK(nearest_word("prots", kWords) == "ports");
    CHECK(nearest_word("ringbuffer", kWords) == "ring_buffer");
    CHECK(nearest_word("Ring-Buffer", kWords) == "ring_buffer");
    CHECK(nearest_word("anyport", kWords) == "any-port");
}

TEST_CASE("what is like nothing gets no suggestion") {
    constexpr std::array<std::string_view, 3> kWords{"ports", "ecs", "A"};
    CHECK(nearest_word("colour", kWords).empty());
    CHECK(nearest_word("x", kWords).empty());
    CHECK(nearest_word("", kWords).empty());
    CHECK(nearest_word(std::string(100000, 'p'), kWords).empty());
    CHECK(nearest_word("ports", {}).empty());
}
