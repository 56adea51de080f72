// SPDX-License-Identifier: Apache-2.0
// The configuration as `dnsmon run` takes it, at start and at each reload: the file, what the command line says over
// it, and what makes sense in a file but not in a running daemon.
#pragma once

#include "cli/command_line.h"
#include "config/load.h"

namespace dnsmon {

[[nodiscard]] ConfigOutcome load_run_config(const RunCommand& command);

} // namespace dnsmon
