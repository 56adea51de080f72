// SPDX-License-Identifier: Apache-2.0
// The system's clocks in nanoseconds.
#pragma once

#include <cstdint>
#include <ctime>

namespace dnsmon {

[[nodiscard]] inline std::int64_t clock_ns(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

/// Since the epoch.
[[nodiscard]] inline std::int64_t realtime_ns() { return clock_ns(CLOCK_REALTIME); }

} // namespace dnsmon
