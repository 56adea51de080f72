// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "stats/server_latency.h"

#include <atomic>
#include <thread>

using namespace dnsmon;

namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kHour = 3600LL * 1000 * kMs;

ServerAddress server(unsigned n) {
    ServerAddress address{};
    address[10] = address[11] = 0xff;
    address[14] = static_cast<std::uint8_t>(n >> 8);
    address[15] = static_cast<std::uint8_t>(n);
    return address;
}

const ServerAnswers* find(const std::vector<ServerAnswers>& all, std::optional<ServerAddress> address) {
    for (const auto& answers : all)
        if (answers.server == address) return &answers;
    return nullptr;
}

} // namespace

TEST_CASE("each server has its own answers and timeouts") {
    ServerLatency latency;
    latency.answered(server(1), 0, 2 * kMs);
    latency.answered(server(1), 0, 2 * kMs);
    latency.answered(server(2), 0, 80 * kMs);
    latency.timed_out(server(3), 0);
    const auto all = latency.read();
    REQUIRE(all.size() == 4);
    CHECK(find(all, server(1))->latency.total() == 2);
    CHECK(find(all, server(1))->latency.sum_ns == 4 * kMs);
    CHECK(find(all, server(2))->latency.counts[latency_step(80 * kMs)] == 1);
    CHECK(find(all, server(3))->timeouts == 1);
    CHECK(find(all, server(3))->latency.total() == 0);
    CHECK_FALSE(all.back().server);
    CHECK(all.back().latency.total() == 0);
}

TEST_CASE("more servers than there is room for are counted together") {
    ServerLatency latency;
    for (unsigned n = 0; n < 1000; ++n) latency.answered(server(n), n, kMs);
    const auto all = latency.read();
    REQUIRE(all.size() == kMaxServers + 1);
    CHECK(all.back().latency.total() == 1000 - kMaxServers);
    CHECK(find(all, server(0)) != nullptr);
    CHECK(find(all, server(999)) == nullptr);
}

TEST_CASE("a server that is silent for a day makes room, one that answers does not") {
    ServerLatency latency;
    for (unsigned n = 0; n < kMaxServers; ++n) latency.answered(server(n), 0, kMs);
    for (std::int64_t hour = 1; hour <= 30; ++hour) {
        for (unsigned n = 1; n < kMaxServers; ++n) latency.answered(server(n), hour * kHour, kMs);
        latency.answered(server(500), hour * kHour, 7 * kMs);
    }
    const auto all = latency.read();
    CHECK(find(all, server(0)) == nullptr);
    REQUIRE(find(all, server(500)) != nullptr);
    CHECK(find(all, server(500))->latency.total() == 7);
    CHECK(all.back().latency.total() == 23); // before there was room
    for (unsigned n = 1; n < kMaxServers; ++n) CHECK(find(all, server(n))->latency.total() == 31);
}

TEST_CASE("a reader sees no mixture of two servers while one takes the other's place") {
    ServerLatency latency;
    std::atomic<bool> done{false};
    std::thread worker([&] {
        // Even servers take 1 ms and odd ones 1 s; each round is two days after the last.
        for (std::int64_t round = 0; round < 300; ++round)
            for (unsigned n = 0; n < kMaxServers; ++n) {
                const auto id = static_cast<unsigned>(round) * 67 + n;
                latency.answered(server(id), round * 48 * kHour, id % 2 == 0 ? kMs : 1000 * kMs);
            }
        done = true;
    });
    std::size_t mixed = 0;
    while (!done) {
        for (const auto& answers : latency.read()) {
            if (!answers.server) continue;
            const bool even = (*answers.server)[15] % 2 == 0;
            if (answers.latency.counts[latency_step(even ? 1000 * kMs : kMs)] != 0) ++mixed;
        }
    }
    worker.join();
    CHECK(mixed == 0);
    CHECK(latency.read().size() == kMaxServers + 1);
}

TEST_CASE("workers' servers are joined; beyond the bound the busiest stay") {
    std::vector<ServerLatency> workers(2);
    for (auto& worker : workers) worker.answered(server(1), 0, kMs);
    for (unsigned n = 10; n < 10 + 40; ++n) workers[0].answered(server(n), 0, kMs);
    for (unsigned n = 100; n < 100 + 40; ++n) {
        workers[1].answered(server(n), 0, kMs);
        workers[1].timed_out(server(n), 0);
    }
    const auto merged = merge_servers({workers[0].read(), workers[1].read()});
    REQUIRE(merged.size() == kMaxServers + 1);
    CHECK(find(merged, server(1))->latency.total() == 2);
    for (unsigned n = 100; n < 140; ++n) CHECK(find(merged, server(n)) != nullptr);
    CHECK_FALSE(merged.back().server);
    CHECK(merged.back().latency.total() == 81 - kMaxServers);
    std::uint64_t answers = 0;
    for (const auto& row : merged) answers += row.latency.total();
    CHECK(answers == 82);
}
