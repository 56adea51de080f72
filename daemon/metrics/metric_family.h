// SPDX-License-Identifier: Apache-2.0
// What is told to Prometheus, as plain values: whoever knows the numbers fills these in, metrics/endpoint.cpp alone
// knows Prometheus's library. One family is one metric's name with its samples.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace dnsmon {

enum class MetricKind : std::uint8_t { kCounter, kGauge, kHistogram };

struct MetricSample {
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0; ///< counter and gauge
    // histogram
    struct Bucket {
        double upper_bound = 0;
        std::uint64_t cumulative_count = 0;
    };
    std::vector<Bucket> buckets; ///< without the one of +Inf
    std::uint64_t count = 0;
    double sum = 0;
};

struct MetricFamily {
    std::string name; ///< "dnsmon_events_written_total"
    std::string help;
    MetricKind kind = MetricKind::kCounter;
    std::vector<MetricSample> samples;
};
using MetricFamilies = std::vector<MetricFamily>;

} // namespace dnsmon
