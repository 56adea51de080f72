// SPDX-License-Identifier: Apache-2.0
// What the kernel side noted about a process when it first sent: the part of ProcessDetails that is lost with the
// process. Empty strings, 0: not known.
#pragma once

#include "process/owner.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace dnsmon {

struct ProgramFacts {
    std::string executable;
    std::string command_line; ///< arguments joined by spaces, cut at DNSMON_ARGUMENT_BYTES
    std::uint32_t parent_pid = 0;
    std::string parent_name;
};

/// nullopt: nothing was noted of this process and program.
using ReadProgram = std::function<std::optional<ProgramFacts>(const Owner&)>;

} // namespace dnsmon
