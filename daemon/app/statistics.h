// SPDX-License-Identifier: Apache-2.0
// The books of the whole program at one moment, and whether they balance. Gathers from the probe, the pipeline and the
// writer; keeps nothing. Loop thread only.
#pragma once

#include "output/writer.h"
#include "pipeline/pipeline.h"
#include "probe/probe.h"

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace dnsmon {

struct Statistics {
    KernelCounters kernel;
    std::string flavour; ///< "fentry" …; empty: not a live capture
    const Pipeline* pipeline = nullptr;
    WriterStatus writer;
    std::uint64_t notices = 0; ///< stats, start, stop and loss events handed to the writer

    /// Events that are neither written nor dropped: on their way.
    [[nodiscard]] std::uint64_t in_flight() const;
    /// The accounting identity: submitted = written + filtered + Σ dropped (+ in flight), for packets and for events.
    [[nodiscard]] bool balanced() const;
    /// What stands under dnsmon.stats (docs/event-schema.md).
    [[nodiscard]] nlohmann::json to_json() const;
    /// One line for STATUS= and the exit summary.
    [[nodiscard]] std::string summary() const;
};

} // namespace dnsmon
