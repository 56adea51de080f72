// SPDX-License-Identifier: Apache-2.0
// How long answers took, counted in fixed steps: below 8 µs one of 1 µs each, then eight to each doubling, so that a
// quantile is at most 6.25 % off wherever it lies. Plain values; server_latency.h fills them while packets come.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace dnsmon {

// The unit is 1024 ns, so that a step costs a shift. The last step takes whatever is longer than 18 minutes.
constexpr unsigned kLatencyUnitBits = 10;
constexpr unsigned kLatencyStepBits = 3;
constexpr unsigned kLatencyLongestBits = 30;
constexpr std::size_t kLatencySteps =
    (std::size_t{1} << kLatencyStepBits) * (kLatencyLongestBits - kLatencyStepBits + 1);

/// The step of a latency; a negative one (the clock was set back) is 0.
[[nodiscard]] constexpr std::size_t latency_step(std::int64_t latency_ns) {
    const std::uint64_t units = latency_ns > 0 ? static_cast<std::uint64_t>(latency_ns) >> kLatencyUnitBits : 0;
    if (units >> kLatencyStepBits == 0) return units;
    if (units >> kLatencyLongestBits != 0) return kLatencySteps - 1;
    const auto doublings = static_cast<unsigned>(std::bit_width(units)) - kLatencyStepBits - 1;
    return ((std::size_t{doublings} + 1) << kLatencyStepBits) + ((units >> doublings) & ((1U << kLatencyStepBits) - 1));
}

/// Where a step begins; of kLatencySteps: where the last one ends.
[[nodiscard]] constexpr std::int64_t latency_step_begin_ns(std::size_t step) {
    constexpr std::size_t kPerDoubling = std::size_t{1} << kLatencyStepBits;
    const std::uint64_t units =
        step < kPerDoubling ? step : (kPerDoubling + step % kPerDoubling) << (step / kPerDoubling - 1);
    return static_cast<std::int64_t>(units << kLatencyUnitBits);
}

struct LatencyHistogram {
    std::array<std::uint64_t, kLatencySteps> counts{};
    std::uint64_t sum_ns = 0;

    [[nodiscard]] std::uint64_t total() const;
    /// `q` of 0 to 1: the middle of the step that the rank falls into. 0 when nothing was counted.
    [[nodiscard]] std::int64_t quantile_ns(double q) const;
    LatencyHistogram& operator+=(const LatencyHistogram& other);
    /// What came since `before`, an earlier state of the same.
    LatencyHistogram& operator-=(const LatencyHistogram& before);
};

} // namespace dnsmon
