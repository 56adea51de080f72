// SPDX-License-Identifier: Apache-2.0
#include "loop/signals.h"

#include <sys/signalfd.h>

#include <cerrno>

namespace dnsmon {

Result<Signals> Signals::block(std::initializer_list<int> signals) {
    sigset_t mask;
    sigset_t previous;
    sigemptyset(&mask);
    for (const int signal : signals) sigaddset(&mask, signal);
    const int failed = ::pthread_sigmask(SIG_BLOCK, &mask, &previous);
    if (failed != 0) return system_error("pthread_sigmask", failed);
    Fd fd(::signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd) return system_error("signalfd", errno);
    return Signals(std::move(fd), previous);
}

Signals::~Signals() {
    if (fd_) ::pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

std::optional<int> Signals::next() {
    signalfd_siginfo info{};
    if (::read(fd_.get(), &info, sizeof(info)) != sizeof(info)) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
}

} // namespace dnsmon
