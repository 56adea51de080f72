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

Result<void> EventLoop::watch(int fd, Handler on_readable) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return system_error("epoll_ctl", errno);
    handlers_[fd] = std::move(on_readable);
    return {};
}

void EventLoop::modify(int fd, unsigned events) {
    epoll_event event{};
    event.events = events;
    event.data.fd = fd;
    // Fails only for a descriptor that was never watched, which has no handler either.
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void EventLoop::pause(int fd) { modify(fd, 0); }
void EventLoop::resume(int fd) { modify(fd, EPOLLIN); }

void EventLoop::forget(int fd) {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
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
