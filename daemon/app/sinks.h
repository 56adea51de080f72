// SPDX-License-Identifier: Apache-2.0
// output.* of the configuration -> the sinks it names, opened.
#pragma once

#include "config/config.h"
#include "output/sink.h"
#include "util/result.h"

#include <memory>
#include <vector>

namespace dnsmon {

[[nodiscard]] Result<std::vector<std::unique_ptr<Sink>>> make_sinks(const OutputConfig& config);

} // namespace dnsmon
