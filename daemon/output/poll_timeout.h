// SPDX-License-Identifier: Apache-2.0
// A waiting time as poll(2) takes it. Pure function.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

namespace dnsmon {

/// Milliseconds in an int: longer ones (24 days) are cut to that.
[[nodiscard]] inline int poll_timeout(std::chrono::milliseconds patience) {
    using Count = std::chrono::milliseconds::rep;
    return static_cast<int>(std::clamp<Count>(patience.count(), 0, std::numeric_limits<int>::max()));
}

} // namespace dnsmon
