// SPDX-License-Identifier: Apache-2.0
#include "loop/wakeup.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <cstdint>

namespace dnsmon {

Result<Wakeup> Wakeup::make() {
    Fd fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!fd) return system_error("eventfd", errno);
    return Wakeup(std::move(fd));
}

void Wakeup::signal() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t n = ::write(fd_.get(), &one, sizeof(one));
}

void Wakeup::acknowledge() const {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t n = ::read(fd_.get(), &count, sizeof(count));
}

} // namespace dnsmon
