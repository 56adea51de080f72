// SPDX-License-Identifier: Apache-2.0
// Gives up the capabilities that only attaching takes (docs/security.md has the table). Threads inherit from the one that
// starts them: called by the main thread once the hooks are attached, before any other thread exists. Never regains one.
#pragma once

#include "util/result.h"

#include <cstdint>
#include <functional>

namespace dnsmon {

/// What of a permitted set stays: who a process is, log files, scheduling; CAP_BPF where `maps_need_bpf`.
[[nodiscard]] std::uint64_t kept_capabilities(std::uint64_t permitted, bool maps_need_bpf);

/// Of the calling thread, in the effective, permitted, inheritable and ambient sets. `maps_usable` is asked once without
/// CAP_BPF: before Linux 5.19 an open map is useless without it where unprivileged BPF is off.
Result<void> drop_capabilities(const std::function<bool()>& maps_usable);

} // namespace dnsmon
