// SPDX-License-Identifier: Apache-2.0
// What the service manager is told (sd_notify(3)). Does nothing where there is none. Loop thread only.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace dnsmon::service_manager {

void ready(const std::string& status);
/// What follows is a reload; ends with ready().
void reloading();
void status(const std::string& text);
void stopping();
void watchdog();
/// How often watchdog() must be called; nullopt: the unit sets no WatchdogSec.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_limit();

} // namespace dnsmon::service_manager
