// SPDX-License-Identifier: Apache-2.0
// CLOCK_MONOTONIC, in which the kernel stamps packets, as time since the epoch. The offset is measured, not tracked:
// resync() after the wall clock may have been stepped.
#pragma once

#include <cstdint>

namespace dnsmon {

class WallClock {
  public:
    WallClock() { resync(); }
    void resync();
    [[nodiscard]] std::int64_t from_monotonic(std::uint64_t ns) const {
        return static_cast<std::int64_t>(ns) + offset_ns_;
    }

  private:
    std::int64_t offset_ns_ = 0;
};

} // namespace dnsmon
