// SPDX-License-Identifier: Apache-2.0
#include "loop/event_loop.h"

#include <sys/epoll.h>

#include <array>
#include <cerrno>

namespace dnsmon {

Result<EventLoop> EventLoop::make() {
    Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll) return system_error("epoll_create1", errno);
    return EventLoop(std::move(epoll));
}

bool EventLoop::ask_kernel(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0;
}

Result<void> EventLoop::watch(int fd, Handler on_readable) {
    if (!ask_kernel(fd)) return system_error("epoll_ctl", errno);
    handlers_[fd] = std::move(on_readable);
    return {};
}

// Taken out, not set to no events: epoll always adds EPOLLERR, and a ring's every record would still wake the loop.
void EventLoop::pause(int fd) { ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr); }
void EventLoop::resume(int fd) { ask_kernel(fd); }

void EventLoop::forget(int fd) {
    pause(fd); // fails, harmlessly, for one that is paused
    handlers_.erase(fd);
}

Result<void> EventLoop::run() {
    running_ = true;
    std::array<epoll_event, 16> events;
    while (running_) {
        const int n = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
        if (n < 0 && errno != EINTR) return system_error("epoll_wait", errno);
        for (int i = 0; i < n; ++i) {
            const auto found = handlers_.find(events[static_cast<std::size_t>(i)].data.fd);
            if (found == handlers_.end()) continue; // forgotten by a handler of this round
            const Handler handler = found->second;  // a copy: the handler may forget itself
            handler();
        }
    }
    return {};
}

} // namespace dnsmon
