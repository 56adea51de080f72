// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "log/repeats.h"

using namespace dnsmon;

TEST_CASE("a message that repeats is cut off, counted, and told with the first of the next window") {
    Repeats repeats;
    for (std::uint64_t i = 0; i < Repeats::kPerWindow; ++i) CHECK(repeats.admit("again", 5) == 0);
    for (int i = 0; i < 7; ++i) CHECK_FALSE(repeats.admit("again", 5 + Repeats::kWindowNs - 1));
    CHECK(repeats.admit("another", 6) == 0);
    CHECK(repeats.left_out() == 7);
    CHECK(repeats.admit("again", 5 + Repeats::kWindowNs) == 7);
    CHECK(repeats.left_out() == 0);
    CHECK(repeats.admit("again", 6 + Repeats::kWindowNs) == 0);
}

TEST_CASE("ever new messages all pass, and take no more memory") {
    Repeats repeats;
    for (std::size_t i = 0; i < 10 * Repeats::kMessages; ++i)
        CHECK(repeats.admit("message " + std::to_string(i), 1) == 0);
    // Once the window is over there is room to remember others.
    for (std::uint64_t i = 0; i < Repeats::kPerWindow; ++i) CHECK(repeats.admit("later", 2 + Repeats::kWindowNs) == 0);
    CHECK_FALSE(repeats.admit("later", 2 + Repeats::kWindowNs));
}
