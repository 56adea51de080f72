// SPDX-License-Identifier: Apache-2.0
// A periodic timer as a readable event (timerfd, CLOCK_MONOTONIC).
#pragma once

#include "util/fd.h"
#include "util/result.h"

#include <chrono>

namespace dnsmon {

class Timer {
  public:
    [[nodiscard]] static Result<Timer> make();

    [[nodiscard]] int fd() const { return fd_.get(); }
    void start(std::chrono::nanoseconds period); ///< first expiry one period from now; zero stops
    void stop() { start(std::chrono::nanoseconds::zero()); }
    void acknowledge(); ///< makes fd() unreadable until the next expiry

  private:
    explicit Timer(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

} // namespace dnsmon
