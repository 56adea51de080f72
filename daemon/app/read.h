// SPDX-License-Identifier: Apache-2.0
// `dnsmon read`: capture files through the same pipeline as live packets, events on standard output, one a line. Needs
// neither root nor BPF.
#pragma once

#include "cli/command_line.h"

namespace dnsmon {

/// Returns the exit code: 1 when a file was damaged or not readable, after all that could be read.
int read(const ReadCommand& command);

} // namespace dnsmon
