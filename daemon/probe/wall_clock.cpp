// SPDX-License-Identifier: Apache-2.0
#include "probe/wall_clock.h"

#include "util/clock.h"

#include <limits>

namespace dnsmon {

void WallClock::resync() {
    // Of a few tries the one that was interrupted least is the truest.
    constexpr int kTries = 5;
    std::int64_t best_span = std::numeric_limits<std::int64_t>::max();
    for (int i = 0; i < kTries; ++i) {
        const std::int64_t before = clock_ns(CLOCK_MONOTONIC);
        const std::int64_t wall = clock_ns(CLOCK_REALTIME);
        const std::int64_t after = clock_ns(CLOCK_MONOTONIC);
        if (after - before >= best_span) continue;
        best_span = after - before;
        offset_ns_ = wall - (before + (after - before) / 2);
    }
}

} // namespace dnsmon
