// SPDX-License-Identifier: Apache-2.0
#include "metrics/scrape_desk.h"

#include <utility>

namespace dnsmon {

ScrapeDesk::Answer ScrapeDesk::ask(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    const std::uint64_t before = handed_over_;
    ring_();
    changed_.wait_for(lock, patience, [&] { return !open_ || handed_over_ != before; });
    return last_;
}

void ScrapeDesk::hand_over(MetricFamilies families) {
    auto answer = std::make_shared<const MetricFamilies>(std::move(families));
    const std::lock_guard lock(mutex_);
    last_ = std::move(answer);
    ++handed_over_;
    changed_.notify_all();
}

void ScrapeDesk::set_open(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
}

} // namespace dnsmon
