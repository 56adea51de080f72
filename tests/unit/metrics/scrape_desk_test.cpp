// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "metrics/scrape_desk.h"

#include <future>
#include <thread>

using namespace dnsmon;
using namespace std::chrono_literals;

namespace {

MetricFamilies families(const std::string& name) { return {{name, "words", MetricKind::kCounter, {{}}}}; }

} // namespace

TEST_CASE("who asks gets what the loop counts after that") {
    std::promise<void> rung;
    ScrapeDesk desk([&] { rung.set_value(); });
    desk.hand_over(families("old"));
    auto asked = std::async(std::launch::async, [&] { return desk.ask(60s); });
    rung.get_future().wait();
    desk.hand_over(families("new"));
    const auto answer = asked.get();
    REQUIRE(answer);
    CHECK(answer->front().name == "new");
}

TEST_CASE("a loop that does not come gives the last numbers, at first none") {
    int rings = 0;
    ScrapeDesk desk([&] { ++rings; });
    CHECK(desk.ask(1ms) == nullptr);
    desk.hand_over(families("last"));
    const auto answer = desk.ask(1ms);
    REQUIRE(answer);
    CHECK(answer->front().name == "last");
    CHECK(rings == 2);
}

TEST_CASE("nobody waits at a desk that is closed, whoever waits there goes") {
    std::promise<void> rung;
    ScrapeDesk desk([&] { rung.set_value(); });
    auto asked = std::async(std::launch::async, [&] { return desk.ask(600s); });
    rung.get_future().wait();
    desk.set_open(false);
    CHECK(asked.get() == nullptr);
}
