// SPDX-License-Identifier: Apache-2.0
#include "app/statistics.h"

#include "util/clock.h"

#include <cmath>
#include <numeric>

namespace dnsmon {

std::uint64_t sum(const DroppedByReason& dropped) {
    return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
}

Statistics take_statistics(const Pipeline& pipeline, WriterStatus writer) {
    Statistics now;
    now.taken_at_ns = clock_ns(CLOCK_MONOTONIC);
    for (const CounterInfo& info : kCounterTable)
        now.counters[static_cast<std::size_t>(info.counter)] = pipeline.total(info.counter);
    now.writer = std::move(writer);
    now.queued_packets = pipeline.queued_packets();
    now.held_packets = pipeline.held_packets();
    now.fragments = pipeline.pending_fragments();
    now.streams = pipeline.total(Fill::kStreams);
    now.pairing = pipeline.total(Fill::kPairing);
    now.processes = pipeline.known_processes();
    now.servers = pipeline.servers();
    return now;
}

std::uint64_t Statistics::submitted() const {
    return counter(Counter::kMessagesFound) + counter(Counter::kTimeouts) + notices;
}

std::uint64_t Statistics::dropped() const { return sum(writer.dropped); }

std::uint64_t Statistics::in_flight() const {
    const std::uint64_t handed_over = counter(Counter::kEventsEncoded) + notices;
    const std::uint64_t done = writer.written + dropped();
    return handed_over > done ? handed_over - done : 0;
}

bool Statistics::balanced() const {
    const bool packets = kernel.submitted == counter(Counter::kPacketsReceived);
    const bool became = counter(Counter::kPacketsReceived) ==
                        counter(Counter::kPacketsMessage) + counter(Counter::kPacketsStream) +
                            counter(Counter::kPacketsFragment) + counter(Counter::kPacketsControl) +
                            counter(Counter::kPacketsDuplicate) + counter(Counter::kPacketsNotDns) +
                            counter(Counter::kPacketsMalformed);
    const bool messages = counter(Counter::kMessagesFound) + counter(Counter::kTimeouts) ==
                          counter(Counter::kEventsFiltered) + counter(Counter::kEventsEncoded);
    const bool events = counter(Counter::kEventsEncoded) + notices == writer.written + dropped();
    return packets && became && messages && events;
}

double Statistics::per_second_since(const Statistics& before,
                                    const std::function<std::uint64_t(const Statistics&)>& count) const {
    const double seconds = static_cast<double>(taken_at_ns - before.taken_at_ns) / 1e9;
    const std::uint64_t later = count(*this);
    const std::uint64_t earlier = count(before);
    const double came = later > earlier ? static_cast<double>(later - earlier) : 0.0;
    return seconds > 0 ? std::round(came / seconds * 10) / 10 : 0.0;
}

std::string Statistics::summary() const {
    std::string text = "hooks " + flavour + ", " + std::to_string(counter(Counter::kMessagesFound)) + " messages, " +
                       std::to_string(writer.written) + " events written, " +
                       std::to_string(counter(Counter::kEventsFiltered)) + " filtered, " +
                       std::to_string(dropped() + kernel.ring_full) + " lost";
    for (const SinkStatus& sink : writer.sinks) {
        if (sum(sink.dropped) != 0) text += ", " + std::to_string(sum(sink.dropped)) + " did not reach " + sink.name;
        if (sink.failing) text += ", " + sink.name + " takes no events";
    }
    return text;
}

} // namespace dnsmon
