// SPDX-License-Identifier: Apache-2.0
// What a reload may change and what it may not: which keys a running daemon cannot take. Pure function.
#pragma once

#include "config/config.h"

#include <string_view>
#include <vector>

namespace dnsmon {

struct ReloadPlan {
    Config config;                              ///< what to run with: as wanted, but for the keys below
    std::vector<std::string_view> need_restart; ///< keys that differ and keep their running value, in the file's order
};

[[nodiscard]] ReloadPlan plan_reload(const Config& running, const Config& wanted);

} // namespace dnsmon
