// SPDX-License-Identifier: Apache-2.0
// The owner hooks' notes about programs that have sent (bpf/program.bpf.h), as values. Any thread; does not own the map.
#pragma once

#include "dnsmon_program_abi.h"
#include "process/program_facts.h"

namespace dnsmon {

/// From the map's value. For tests, too.
[[nodiscard]] ProgramFacts to_program_facts(const dnsmon_program& record);

/// `map_fd`: the map `programs`; -1: these hooks take no notes.
[[nodiscard]] std::optional<ProgramFacts> find_program(int map_fd, const Owner& owner);

} // namespace dnsmon
