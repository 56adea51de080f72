// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "util/bounded_queue.h"

#include <thread>
#include <vector>

using dnsmon::BoundedQueue;

TEST_CASE("what would exceed the capacity is refused and stays with the caller") {
    BoundedQueue<std::vector<int>> queue(3);
    std::vector<int> two{1, 2};
    std::vector<int> other{3, 4};
    CHECK(queue.try_push(two, 2));
    CHECK(two.empty());
    CHECK(!queue.try_push(other, 2));
    CHECK(other == std::vector<int>{3, 4});
    CHECK(queue.weight() == 2);
}

TEST_CASE("one element always fits") {
    BoundedQueue<int> queue(1);
    int heavy = 7;
    CHECK(queue.try_push(heavy, 1000));
    CHECK(queue.pop() == 7);
}

TEST_CASE("a closed queue gives out what it holds, then nothing") {
    BoundedQueue<int> queue(8);
    int one = 1;
    REQUIRE(queue.try_push(one, 1));
    queue.close();
    CHECK(!queue.try_push(one, 1));
    CHECK(!queue.push(one, 1));
    CHECK(queue.pop() == 1);
    CHECK(queue.pop() == std::nullopt);
    CHECK(queue.try_pop() == std::nullopt);
}

TEST_CASE("a slow reader holds a fast writer back and nothing is lost or reordered") {
    BoundedQueue<int> queue(4);
    std::vector<int> got;
    std::thread reader([&] {
        while (auto value = queue.pop()) got.push_back(*value);
    });
    for (int i = 0; i < 20000; ++i) {
        int value = i;
        REQUIRE(queue.push(value, 1));
    }
    queue.close();
    reader.join();
    REQUIRE(got.size() == 20000);
    for (int i = 0; i < 20000; ++i) REQUIRE(got[static_cast<std::size_t>(i)] == i);
}
