// SPDX-License-Identifier: Apache-2.0
// `dnsmon run`: the daemon, from its configuration to its exit code.
#pragma once

#include "cli/command_line.h"

namespace dnsmon {

int run(const RunCommand& command);

} // namespace dnsmon
