// SPDX-License-Identifier: Apache-2.0
// Messages a second between two looks at a counter that only grows.
#pragma once

#include <cstdint>

namespace dnsmon {

class MessageRate {
  public:
    /// `messages` is the counter's value at `now_ns` (monotonic). The first look begins the time that is measured.
    void look(std::uint64_t messages, std::int64_t now_ns) {
        if (seen_ns_ != 0 && now_ns > seen_ns_) {
            constexpr double kNsPerSecond = 1e9;
            per_second_ = static_cast<double>(messages - seen_) * kNsPerSecond / static_cast<double>(now_ns - seen_ns_);
        }
        seen_ = messages;
        seen_ns_ = now_ns;
    }
    /// Between the last two looks; 0 before there were two.
    [[nodiscard]] double per_second() const { return per_second_; }

  private:
    std::uint64_t seen_ = 0;
    std::int64_t seen_ns_ = 0; ///< 0: never looked
    double per_second_ = 0;
};

} // namespace dnsmon
