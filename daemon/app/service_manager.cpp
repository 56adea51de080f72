// SPDX-License-Identifier: Apache-2.0
#include "app/service_manager.h"

#include "util/clock.h"
#include "util/fd.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace dnsmon::service_manager {
namespace {

/// The protocol of sd_notify(3), which itself would wait for a manager that does not read: the loop must go on, and a
/// status that is lost is followed by the next.
void notify(const std::string& text) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
    sockaddr_un address{};
    const std::size_t length = std::strlen(path);
    if (length >= sizeof(address.sun_path)) return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0'; // the abstract namespace
    const Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket) return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    ::sendto(socket.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT, reinterpret_cast<sockaddr*>(&address),
             size);
}

} // namespace

void ready(const std::string& status) { notify("READY=1\nSTATUS=" + status); }
void reloading() {
    const auto now_us = clock_ns(CLOCK_MONOTONIC) / 1000;
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now_us));
}
void status(const std::string& text) { notify("STATUS=" + text); }
void stopping() { notify("STOPPING=1"); }
void watchdog() { notify("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_limit() {
    std::uint64_t limit_us = 0;
    if (::sd_watchdog_enabled(0, &limit_us) <= 0) return std::nullopt;
    return std::chrono::microseconds(limit_us);
}

} // namespace dnsmon::service_manager
