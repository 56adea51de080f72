// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "stats/latency_histogram.h"

#include <cmath>
#include <random>
#include <vector>

using namespace dnsmon;

namespace {

LatencyHistogram of(const std::vector<std::int64_t>& latencies_ns) {
    LatencyHistogram histogram;
    for (const auto ns : latencies_ns) {
        ++histogram.counts[latency_step(ns)];
        histogram.sum_ns += static_cast<std::uint64_t>(ns);
    }
    return histogram;
}

double error_of(std::int64_t found_ns, double true_ns) { return std::abs(static_cast<double>(found_ns) / true_ns - 1); }

} // namespace

TEST_CASE("steps follow one another without a gap, each latency lies in its own") {
    for (std::size_t step = 0; step < kLatencySteps; ++step) {
        const auto begin = latency_step_begin_ns(step);
        const auto end = latency_step_begin_ns(step + 1);
        REQUIRE(begin < end);
        REQUIRE(latency_step(begin) == step);
        REQUIRE(latency_step(end - 1) == step);
        if (step >= 8) REQUIRE(static_cast<double>(end - begin) <= 0.125 * static_cast<double>(begin));
    }
    CHECK(latency_step_begin_ns(0) == 0);
    CHECK(latency_step(-1) == 0);
    CHECK(latency_step(INT64_MIN) == 0);
    CHECK(latency_step(INT64_MAX) == kLatencySteps - 1);
    CHECK(latency_step_begin_ns(kLatencySteps) == std::int64_t{1} << 40);
}

TEST_CASE("quantiles of one value, of two, of none") {
    CHECK(LatencyHistogram{}.quantile_ns(0.5) == 0);
    const auto one = of({1'500'000});
    for (const double q : {0.0, 0.5, 0.99, 1.0}) CHECK(error_of(one.quantile_ns(q), 1.5e6) < 0.0625);
    std::vector<std::int64_t> mixed(90, 1'000'000);
    mixed.insert(mixed.end(), 10, 500'000'000);
    const auto two = of(mixed);
    CHECK(error_of(two.quantile_ns(0.5), 1e6) < 0.0625);
    CHECK(error_of(two.quantile_ns(0.9), 1e6) < 0.0625);
    CHECK(error_of(two.quantile_ns(0.91), 5e8) < 0.0625);
    CHECK(two.total() == 100);
    CHECK(two.sum_ns == std::uint64_t{90} * 1'000'000 + std::uint64_t{10} * 500'000'000);
}

TEST_CASE("quantiles of known distributions are within a step") {
    std::mt19937_64 random(7);
    SECTION("uniform, 0 to 100 ms") {
        std::uniform_real_distribution<double> uniform(0, 1e8);
        std::vector<std::int64_t> latencies(100'000);
        for (auto& ns : latencies) ns = static_cast<std::int64_t>(uniform(random));
        const auto histogram = of(latencies);
        for (const double q : {0.5, 0.9, 0.99}) CHECK(error_of(histogram.quantile_ns(q), q * 1e8) < 0.07);
    }
    SECTION("exponential with a mean of 20 ms") {
        std::exponential_distribution<double> exponential(1 / 2e7);
        std::vector<std::int64_t> latencies(100'000);
        for (auto& ns : latencies) ns = static_cast<std::int64_t>(exponential(random));
        const auto histogram = of(latencies);
        for (const double q : {0.5, 0.9, 0.99}) CHECK(error_of(histogram.quantile_ns(q), -std::log(1 - q) * 2e7) < 0.08);
    }
}

TEST_CASE("histograms add up, and what came since an earlier state is what was added") {
    const auto before = of({1000, 2'000'000});
    auto now = before;
    now += of({40'000, 3'000'000'000});
    CHECK(now.total() == 4);
    now -= before;
    CHECK(now.counts == of({40'000, 3'000'000'000}).counts);
    CHECK(now.sum_ns == 3'000'040'000);
}
