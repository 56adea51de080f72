// SPDX-License-Identifier: Apache-2.0
// The books of the whole program at one moment, and whether they balance: plain values, gathered from the probe, the
// pipeline and the writer. Each number has a row in app/statistic_table.h. Made on the loop thread.
#pragma once

#include "output/writer.h"
#include "pipeline/pipeline.h"
#include "probe/probe.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dnsmon {

struct Statistics {
    std::int64_t taken_at_ns = 0; ///< CLOCK_MONOTONIC
    KernelCounters kernel;
    std::string flavour; ///< "fentry" …
    std::array<std::uint64_t, static_cast<std::size_t>(Counter::kCount)> counters{};
    WriterStatus writer;
    std::uint64_t notices = 0; ///< stats, start, stop and loss events handed to the writer
    std::uint64_t queued_packets = 0;
    std::uint64_t held_packets = 0; ///< wait for their copies on other interfaces
    std::uint64_t fragments = 0;
    std::uint64_t streams = 0;
    std::uint64_t pairing = 0;
    std::uint64_t processes = 0;
    std::vector<ServerAnswers> servers; ///< since the start; the last: all others

    [[nodiscard]] std::uint64_t counter(Counter which) const { return counters[static_cast<std::size_t>(which)]; }
    /// Messages, timeouts and notices: all that is to be written, filtered or dropped.
    [[nodiscard]] std::uint64_t submitted() const;
    [[nodiscard]] std::uint64_t dropped() const;
    /// Events that are neither written nor dropped: on their way.
    [[nodiscard]] std::uint64_t in_flight() const;
    /// The accounting identity: submitted = written + filtered + Σ dropped (+ in flight), for packets and for events.
    [[nodiscard]] bool balanced() const;
    /// A second's share of what came since `before`, to a tenth. `count`: of either.
    [[nodiscard]] double per_second_since(const Statistics& before,
                                          const std::function<std::uint64_t(const Statistics&)>& count) const;
    /// One line for STATUS= and the exit summary.
    [[nodiscard]] std::string summary() const;
};

[[nodiscard]] std::uint64_t sum(const DroppedByReason& dropped);
/// What the pipeline and the writer say; the probe's part and the notices are the caller's.
[[nodiscard]] Statistics take_statistics(const Pipeline& pipeline, WriterStatus writer);

} // namespace dnsmon
