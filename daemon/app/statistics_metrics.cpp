// SPDX-License-Identifier: Apache-2.0
#include "app/statistics_metrics.h"

#include "app/server_text.h"
#include "app/statistic_table.h"

#include <string_view>
#include <utility>

namespace dnsmon {
namespace {

// A bucket to each doubling from 66 µs to 8.6 s: 65 servers × 18 buckets are what Prometheus has to keep.
constexpr std::size_t kFirstDoubling = 6;
constexpr std::size_t kLastDoubling = 23;

MetricSample value_of(std::uint64_t value) {
    MetricSample sample;
    sample.value = static_cast<double>(value);
    return sample;
}

MetricSample histogram_of(const LatencyHistogram& latency) {
    MetricSample sample;
    std::uint64_t seen = 0;
    std::size_t step = 0;
    for (std::size_t doubling = kFirstDoubling; doubling <= kLastDoubling; ++doubling) {
        const std::int64_t bound_ns = std::int64_t{1} << (doubling + kLatencyUnitBits);
        for (; latency_step_begin_ns(step) < bound_ns; ++step) seen += latency.counts[step];
        sample.buckets.push_back({static_cast<double>(bound_ns) / 1e9, seen});
    }
    sample.count = latency.total();
    sample.sum = static_cast<double>(latency.sum_ns) / 1e9;
    return sample;
}

class Families {
  public:
    void add(std::string_view name, std::string_view help, MetricKind kind, std::uint64_t value) {
        families_.push_back({std::string(name), std::string(help), kind, {value_of(value)}});
    }
    MetricFamily& add(Labelled which) {
        const LabelledFamily& row = labelled_families()[static_cast<std::size_t>(which)];
        return families_.emplace_back(MetricFamily{std::string(row.metric), std::string(row.help), row.kind, {}});
    }
    /// Those with nothing to say are left out: a name without samples is no metric.
    [[nodiscard]] MetricFamilies take() {
        std::erase_if(families_, [](const MetricFamily& family) { return family.samples.empty(); });
        return std::move(families_);
    }

  private:
    MetricFamilies families_;
};

/// One sample for each reason, also those with nothing lost: a rate needs the zero before the first loss.
void add_reasons(MetricFamily& family, const DroppedByReason& dropped, const std::string& sink) {
    for (std::size_t i = 1; i < dropped.size(); ++i) {
        MetricSample sample = value_of(dropped[i]);
        if (!sink.empty()) sample.labels.emplace_back("sink", sink);
        sample.labels.emplace_back("reason", to_string(static_cast<DropReason>(i)));
        family.samples.push_back(std::move(sample));
    }
}

template <typename Value>
void add_sinks(MetricFamily& family, const WriterStatus& writer, Value value) {
    for (const SinkStatus& sink : writer.sinks) {
        MetricSample sample = value_of(value(sink));
        sample.labels.emplace_back("sink", sink.name);
        family.samples.push_back(std::move(sample));
    }
}

template <typename Sample>
void add_servers(MetricFamily& family, const Statistics& now, Sample sample_of) {
    for (const ServerAnswers& server : now.servers) {
        if (!server.server && server.latency.total() + server.timeouts == 0) continue;
        MetricSample sample = sample_of(server);
        sample.labels.emplace_back("server", server_text(server));
        family.samples.push_back(std::move(sample));
    }
}

} // namespace

MetricFamilies to_metrics(const Statistics& now, const std::string& version) {
    Families families;
    MetricSample build = value_of(1);
    build.labels = {{"version", version}, {"hooks", now.flavour}};
    families.add(Labelled::kBuildInfo).samples.push_back(std::move(build));
    for (const StatisticRow& row : statistic_rows())
        if (!row.metric.empty()) families.add(row.metric, row.help, row.kind, row.value(now));
    for (const CounterInfo& info : kCounterTable)
        families.add("dnsmon_" + std::string(info.name) + "_total", info.help, MetricKind::kCounter, now.counter(info.counter));

    add_sinks(families.add(Labelled::kSinkWritten), now.writer, [](const SinkStatus& sink) { return sink.written; });
    add_sinks(families.add(Labelled::kSinkFailing), now.writer,
              [](const SinkStatus& sink) { return std::uint64_t{sink.failing}; });
    MetricFamily& dropped = families.add(Labelled::kSinkDropped);
    for (const SinkStatus& sink : now.writer.sinks) add_reasons(dropped, sink.dropped, sink.name);
    add_reasons(families.add(Labelled::kEventsLost), now.writer.dropped, {});

    add_servers(families.add(Labelled::kLatency), now, [](const ServerAnswers& s) { return histogram_of(s.latency); });
    add_servers(families.add(Labelled::kServerTimeouts), now, [](const ServerAnswers& s) { return value_of(s.timeouts); });
    return families.take();
}

} // namespace dnsmon
