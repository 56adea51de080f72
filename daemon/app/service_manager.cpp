// SPDX-License-Identifier: Apache-2.0
#include "app/service_manager.h"

#include <systemd/sd-daemon.h>

namespace dnsmon::service_manager {

void ready(const std::string& status) { ::sd_notify(0, ("READY=1\nSTATUS=" + status).c_str()); }
void status(const std::string& text) { ::sd_notify(0, ("STATUS=" + text).c_str()); }
void stopping() { ::sd_notify(0, "STOPPING=1"); }
void watchdog() { ::sd_notify(0, "WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_limit() {
    std::uint64_t limit_us = 0;
    if (::sd_watchdog_enabled(0, &limit_us) <= 0) return std::nullopt;
    return std::chrono::microseconds(limit_us);
}

} // namespace dnsmon::service_manager
