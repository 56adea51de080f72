// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "pipeline/aged_table.h"

#include <vector>

using namespace dnsmon;

namespace {

struct Numbered {
    int number = 0;
};

} // namespace

TEST_CASE("a look-up among values of one hash ends after a bounded number of them") {
    AgedTable<Numbered> table;
    for (int i = 0; i < 1000; ++i) table.add(std::uint64_t{7}).number = i;
    std::vector<int> visited;
    table.for_each(7, [&](const Numbered& value) { visited.push_back(value.number); });
    REQUIRE(visited.size() == AgedTable<Numbered>::kMostVisited);
    CHECK(visited.front() == 999); // the newest first
    CHECK(table.find(7, [](const Numbered& value) { return value.number == 0; }) == nullptr);
}

TEST_CASE("values of one hash leave in any order and the others stay") {
    AgedTable<Numbered> table;
    for (int i = 0; i < 1000; ++i) table.add(std::uint64_t{i % 3 == 0 ? 7U : 8U}).number = i;
    const auto take = [&](std::uint64_t hash, int number) {
        Numbered* found = table.find(hash, [&](const Numbered& value) { return value.number == number; });
        REQUIRE(found != nullptr);
        table.remove(*found);
    };
    take(7, 999);
    take(7, 990);
    take(8, 998);
    CHECK(table.find(7, [](const Numbered&) { return true; })->number == 996);
    for (int i = 0; i < 990; ++i) {
        REQUIRE(table.oldest()->number == i);
        table.remove(*table.oldest());
    }
    CHECK(table.size() == 7);
    take(7, 996);
    take(8, 991);
    CHECK(table.size() == 5);
}

TEST_CASE("a value is found by each of its hashes until it is removed") {
    AgedTable<Numbered, 2> table;
    const auto any = [](const Numbered&) { return true; };
    for (std::uint64_t i = 0; i < 1000; ++i) table.add(i, i / 2).number = static_cast<int>(i);
    REQUIRE(table.find<0>(500, any) != nullptr);
    CHECK(table.find<0>(500, any)->number == 500);
    REQUIRE(table.find<1>(250, any) != nullptr);
    CHECK(table.find<1>(250, any)->number == 501);
    table.remove(*table.find<1>(250, any));
    CHECK(table.find<0>(501, any) == nullptr);
    CHECK(table.find<1>(250, any)->number == 500);
    table.remove(*table.find<0>(500, any));
    CHECK(table.find<1>(250, any) == nullptr);
}
