// SPDX-License-Identifier: Apache-2.0
// Statistics as metrics for Prometheus. Pure function: its names are app/statistic_table.h's.
#pragma once

#include "app/statistics.h"
#include "metrics/metric_family.h"

#include <string>

namespace dnsmon {

[[nodiscard]] MetricFamilies to_metrics(const Statistics& now, const std::string& version);

} // namespace dnsmon
