// SPDX-License-Identifier: Apache-2.0
// Where a scrape meets the loop: the HTTP thread asks and waits, the loop thread counts and hands over. Nobody counts
// while nobody asks. Any thread may ask; answers are the loop thread's.
#pragma once

#include "metrics/metric_family.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>

namespace dnsmon {

class ScrapeDesk {
  public:
    using Answer = std::shared_ptr<const MetricFamilies>;

    /// `ring`: wakes the loop, which then calls hand_over().
    explicit ScrapeDesk(std::function<void()> ring) : ring_(std::move(ring)) {}

    /// The numbers as of now; those of the last time (null: there was none) when the loop does not come for `patience`.
    [[nodiscard]] Answer ask(std::chrono::milliseconds patience = std::chrono::seconds(2));
    void hand_over(MetricFamilies families);
    /// Whether anybody may wait: not while the loop itself waits for those who ask.
    void set_open(bool open);

  private:
    std::function<void()> ring_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Answer last_;
    std::uint64_t handed_over_ = 0;
    bool open_ = true;
};

} // namespace dnsmon
