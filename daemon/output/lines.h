// SPDX-License-Identifier: Apache-2.0
// Which events of a batch lie within a number of bytes: what turns a partial write into whole events. Pure functions.
#pragma once

#include "output/batch.h"

#include <cstddef>

namespace dnsmon {

[[nodiscard]] inline std::size_t line_end(const EncodedEvent& event) {
    return std::size_t{event.line_offset} + event.line_bytes;
}

/// How many events, from `first` on, end within the first `bytes` of batch.lines.
[[nodiscard]] inline std::size_t whole_events(const Batch& batch, std::size_t first, std::size_t bytes) {
    std::size_t count = 0;
    while (first + count < batch.events.size() && line_end(batch.events[first + count]) <= bytes) ++count;
    return count;
}

} // namespace dnsmon
