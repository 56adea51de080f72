// SPDX-License-Identifier: Apache-2.0
// The configuration -> what `dnsmon run` asks of the pipeline, at start and at each reload. Pure functions.
#pragma once

#include "config/config.h"
#include "pipeline/pipeline.h"

#include <string>

namespace dnsmon {

/// `own_key`: for hashes, where the configuration names no key.
[[nodiscard]] PipelineOptions pipeline_options(const Config& config, const std::string& host_name,
                                               const HashKey& own_key);

} // namespace dnsmon
