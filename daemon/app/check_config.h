// SPDX-License-Identifier: Apache-2.0
// `dnsmon check-config`: loads a configuration as `run` would and says what is wrong. Starts nothing.
#pragma once

#include "cli/command_line.h"

#include <iosfwd>

namespace dnsmon {

/// "FILE: ok" on `out`, or every problem, a line each, on `err`; kExitOk or kExitConfig.
[[nodiscard]] int check_config(const CheckConfigCommand& command, std::ostream& out, std::ostream& err);

} // namespace dnsmon
