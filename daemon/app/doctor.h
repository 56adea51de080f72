// SPDX-License-Identifier: Apache-2.0
// `dnsmon doctor`: what this kernel offers, which hooks `run` would choose with its configuration, and why not the others.
#pragma once

#include "cli/command_line.h"

namespace dnsmon {

/// Attaches for a moment, as run would, and detaches. Prints to standard output. Returns the exit code: 0 when run would
/// work, 78, 77 or 1 as run's own when not.
int doctor(const DoctorCommand& command);

} // namespace dnsmon
