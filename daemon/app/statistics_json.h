// SPDX-License-Identifier: Apache-2.0
// Statistics as what stands under dnsmon.stats (docs/event-schema.md). Pure function.
#pragma once

#include "app/statistics.h"

#include <nlohmann/json_fwd.hpp>

namespace dnsmon {

/// Counters since the start; rates and resolvers since `before`, an earlier state of the same daemon.
[[nodiscard]] nlohmann::json to_json(const Statistics& now, const Statistics& before);

} // namespace dnsmon
