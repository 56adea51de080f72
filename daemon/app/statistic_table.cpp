// SPDX-License-Identifier: Apache-2.0
#include "app/statistic_table.h"

#include <array>

namespace dnsmon {
namespace {

constexpr auto kCounter = MetricKind::kCounter;
constexpr auto kGauge = MetricKind::kGauge;
using S = const Statistics&;

constexpr StatisticRow kRows[] = {
    {"kernel.seen", "dnsmon_kernel_seen_total", kCounter, "packets that reached the socket filter",
     [](S s) { return s.kernel.seen; }},
    {"kernel.matched", "dnsmon_kernel_matched_total", kCounter, "of those: taken for DNS",
     [](S s) { return s.kernel.matched; }},
    {"kernel.submitted", "dnsmon_kernel_submitted_total", kCounter, "of those: handed to the ring buffer",
     [](S s) { return s.kernel.submitted; }},
    {"kernel.ring_full", "dnsmon_kernel_ring_full_total", kCounter, "of those: lost, the ring buffer was full",
     [](S s) { return s.kernel.ring_full; }},
    {"kernel.cut", "dnsmon_kernel_cut_total", kCounter, "packets longer than 64 KiB that lost their end",
     [](S s) { return s.kernel.cut; }},
    {"kernel.fragments", "dnsmon_kernel_fragments_total", kCounter, "IP fragments among the matched packets",
     [](S s) { return s.kernel.fragments; }},
    {"kernel.fragments_early", "dnsmon_kernel_fragments_early_total", kCounter,
     "later fragments taken before their first was seen", [](S s) { return s.kernel.fragments_early; }},
    {"kernel.no_owner", "dnsmon_kernel_no_owner_total", kCounter, "packets without a known process at either end",
     [](S s) { return s.kernel.no_owner; }},
    {"kernel.owner_updates", "dnsmon_kernel_owner_updates_total", kCounter, "writes to the owners map",
     [](S s) { return s.kernel.owner_updates; }},
    {"kernel.owner_failed", "dnsmon_kernel_owner_failed_total", kCounter, "writes to the owners map that failed",
     [](S s) { return s.kernel.owner_failed; }},
    {"kernel.owner_evictions", "dnsmon_kernel_owner_evictions", kGauge,
     "sockets forgotten because the owners map was full (an estimate)", [](S s) { return s.kernel.owner_evictions; }},
    {"kernel.hook_misses", "dnsmon_kernel_hook_misses_total", kCounter,
     "calls that a tracing hook missed, being at work for a task put aside on that CPU", [](S s) { return s.kernel.hook_misses; }},

    {"events.submitted", "dnsmon_events_submitted_total", kCounter,
     "messages, timeouts and daemon events: all that is to be written, filtered or dropped",
     [](S s) { return s.submitted(); }},
    {"events.filtered", "", kCounter, "events that the configuration's filter keeps out",
     [](S s) { return s.counter(Counter::kEventsFiltered); }},
    {"events.written", "dnsmon_events_logged_total", kCounter, "events that at least one output took",
     [](S s) { return s.writer.written; }},
    {"events.dropped", "", kCounter, "events that no output took", [](S s) { return s.dropped(); }},
    {"events.notices", "dnsmon_events_notices_total", kCounter, "events about the daemon itself",
     [](S s) { return s.notices; }},
    {"events.in_flight", "dnsmon_events_in_flight", kGauge, "events on their way to the outputs",
     [](S s) { return s.in_flight(); }},

    {"queues.packets", "dnsmon_queue_packets", kGauge, "packets that wait for a worker",
     [](S s) { return s.queued_packets; }},
    {"queues.held", "dnsmon_queue_held_packets", kGauge, "packets that wait for their copies on other interfaces",
     [](S s) { return s.held_packets; }},
    {"queues.bytes", "dnsmon_queue_bytes", kGauge, "bytes of events that wait for the outputs",
     [](S s) { return s.writer.queued_bytes; }},

    {"tables.owners", "dnsmon_table_owners", kGauge, "sockets in the kernel's owners map (an estimate)",
     [](S s) { return s.kernel.owner_entries; }},
    {"tables.fragments", "dnsmon_table_fragments", kGauge, "IP fragments that wait for the rest of their datagram",
     [](S s) { return s.fragments; }},
    {"tables.streams", "dnsmon_table_streams", kGauge, "TCP streams that are followed", [](S s) { return s.streams; }},
    {"tables.pairing", "dnsmon_table_pairing", kGauge, "queries that wait for their answer",
     [](S s) { return s.pairing; }},
    {"tables.processes", "dnsmon_table_processes", kGauge, "processes whose details are kept",
     [](S s) { return s.processes; }},
};

constexpr LabelledFamily kLabelled[] = {
    {Labelled::kBuildInfo, "dnsmon_build_info", kGauge, "always 1; the version and the kernel hooks in use"},
    {Labelled::kSinkWritten, "dnsmon_events_written_total", kCounter, "events that an output took"},
    {Labelled::kSinkDropped, "dnsmon_events_dropped_total", kCounter, "events that did not reach an output, by reason"},
    {Labelled::kSinkFailing, "dnsmon_sink_failing", kGauge, "1 while an output takes no events"},
    {Labelled::kEventsLost, "dnsmon_events_lost_total", kCounter, "events that no output took, by reason"},
    {Labelled::kLatency, "dnsmon_resolver_latency_seconds", MetricKind::kHistogram,
     "time from query to answer, by the server's address; at most 64, the rest is other"},
    {Labelled::kServerTimeouts, "dnsmon_resolver_timeouts_total", kCounter,
     "queries that no answer came for, by the server's address"},
};

constexpr bool in_enum_order() {
    for (std::size_t i = 0; i < std::size(kLabelled); ++i)
        if (kLabelled[i].which != static_cast<Labelled>(i)) return false;
    return std::size(kLabelled) == static_cast<std::size_t>(Labelled::kCount);
}
static_assert(in_enum_order());

} // namespace

std::span<const StatisticRow> statistic_rows() { return kRows; }

std::span<const LabelledFamily> labelled_families() { return kLabelled; }

} // namespace dnsmon
