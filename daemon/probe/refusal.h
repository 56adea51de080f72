// SPDX-License-Identifier: Apache-2.0
// Why the kernel refused a step, in words that say what would help: EPERM alone may be a capability, the limit on locked
// memory or the setting for perf events. Pure functions, and one that asks the running system.
#pragma once

#include "util/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace dnsmon {

/// What the refusal is seen against.
struct Circumstances {
    std::string missing_capabilities; ///< as missing_capabilities() says
    bool own_user_namespace = false;  ///< then they are missing whatever this process may do in there
    std::string kernel_release;       ///< "5.10.0-30-amd64"
    static constexpr std::uint64_t kNoLimit = UINT64_MAX;
    std::uint64_t memlock_bytes = kNoLimit; ///< soft RLIMIT_MEMLOCK
    std::string perf_event_paranoid;  ///< kernel.perf_event_paranoid; empty: not known
};

[[nodiscard]] Circumstances current_circumstances();

/// Before 5.11 the memory of BPF maps counts as the user's locked memory.
[[nodiscard]] bool counts_as_locked_memory(std::string_view kernel_release);

/// The same error, with what is missing or what would help where that is known. A missing capability makes it EPERM.
[[nodiscard]] Error explain_refusal(Error error, const Circumstances& circumstances);
/// For kprobes, which are attached as perf events.
[[nodiscard]] Error explain_perf_refusal(Error error, const Circumstances& circumstances);

} // namespace dnsmon
