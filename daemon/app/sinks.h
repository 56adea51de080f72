// SPDX-License-Identifier: Apache-2.0
// output.* of the configuration -> the sinks it names, opened.
#pragma once

#include "config/config.h"
#include "output/sink.h"
#include "util/result.h"

#include <memory>
#include <string>
#include <vector>

namespace dnsmon {

[[nodiscard]] Result<std::vector<std::unique_ptr<Sink>>> make_sinks(const OutputConfig& config);

/// From one set of outputs to another, for Writer::replace_sinks. An Error: an output that is wanted cannot be opened,
/// and nothing has changed.
struct SinkChange {
    std::vector<std::string> kept; ///< names of sinks that are the same in both
    std::vector<std::unique_ptr<Sink>> added;
};
[[nodiscard]] Result<SinkChange> change_sinks(const OutputConfig& running, const OutputConfig& wanted);

} // namespace dnsmon
