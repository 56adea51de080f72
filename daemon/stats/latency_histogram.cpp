// SPDX-License-Identifier: Apache-2.0
#include "stats/latency_histogram.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dnsmon {

std::uint64_t LatencyHistogram::total() const {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

std::int64_t LatencyHistogram::quantile_ns(double q) const {
    const std::uint64_t all = total();
    if (all == 0) return 0;
    const auto rank = std::clamp<std::uint64_t>(
        static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(all))), 1, all);
    std::uint64_t seen = 0;
    std::size_t step = 0;
    while ((seen += counts[step]) < rank) ++step;
    return (latency_step_begin_ns(step) + latency_step_begin_ns(step + 1)) / 2;
}

LatencyHistogram& LatencyHistogram::operator+=(const LatencyHistogram& other) {
    std::transform(counts.begin(), counts.end(), other.counts.begin(), counts.begin(), std::plus<>());
    sum_ns += other.sum_ns;
    return *this;
}

LatencyHistogram& LatencyHistogram::operator-=(const LatencyHistogram& before) {
    std::transform(counts.begin(), counts.end(), before.counts.begin(), counts.begin(), std::minus<>());
    sum_ns -= before.sum_ns;
    return *this;
}

} // namespace dnsmon
