// SPDX-License-Identifier: Apache-2.0
#include "loop/timer.h"

#include <sys/timerfd.h>

#include <cerrno>
#include <cstdint>

namespace dnsmon {

Result<Timer> Timer::make() {
    Fd fd(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!fd) return system_error("timerfd_create", errno);
    return Timer(std::move(fd));
}

void Timer::start(std::chrono::nanoseconds period) {
    constexpr long kNanoseconds = 1'000'000'000;
    itimerspec spec{};
    spec.it_interval.tv_sec = period.count() / kNanoseconds;
    spec.it_interval.tv_nsec = period.count() % kNanoseconds;
    spec.it_value = spec.it_interval;
    ::timerfd_settime(fd_.get(), 0, &spec, nullptr); // cannot fail: the descriptor and the values are valid
}

void Timer::acknowledge() {
    std::uint64_t expirations = 0;
    [[maybe_unused]] const ssize_t n = ::read(fd_.get(), &expirations, sizeof(expirations));
}

} // namespace dnsmon
