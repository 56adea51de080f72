// SPDX-License-Identifier: Apache-2.0
// Every number of the statistics, once: its place in the statistics event, its name as a metric, what it means. What is
// told by labels (sinks, reasons, servers) stands in kLabelled; docs/event-schema.md is held against both by a test.
#pragma once

#include "app/statistics.h"
#include "metrics/metric_family.h"

#include <span>
#include <string_view>

namespace dnsmon {

struct StatisticRow {
    std::string_view path;   ///< below dnsmon.stats: "kernel.ring_full"
    std::string_view metric; ///< "dnsmon_kernel_ring_full_total"; empty: not told to Prometheus
    MetricKind kind;
    std::string_view help;
    std::uint64_t (*value)(const Statistics& statistics);
};
/// Numbers of one value; beside them there are the counters of stats/counters.h (counters.NAME, dnsmon_NAME_total).
[[nodiscard]] std::span<const StatisticRow> statistic_rows();

/// Families with labels.
enum class Labelled : std::uint8_t {
    kBuildInfo,
    kSinkWritten,
    kSinkDropped,
    kSinkFailing,
    kEventsLost,
    kLatency,
    kServerTimeouts,
    kCount,
};
struct LabelledFamily {
    Labelled which;
    std::string_view metric;
    MetricKind kind;
    std::string_view help;
};
/// In enum order.
[[nodiscard]] std::span<const LabelledFamily> labelled_families();

} // namespace dnsmon
