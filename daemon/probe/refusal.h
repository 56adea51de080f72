// SPDX-License-Identifier: Apache-2.0
// Why the kernel refused a step, in words that say what would help: EPERM alone may be a capability, the limit on locked
// memory or the setting for perf events; EINVAL a locked-down kernel or one that is too old. Pure functions, and one that
// asks the running system.
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
    std::string lockdown;             ///< "none", "integrity" or "confidentiality"; empty: not known
    bool btf = true;                  ///< the kernel describes its types
};

[[nodiscard]] Circumstances current_circumstances();

/// Where the kernel describes its types (BTF).
inline constexpr const char* kKernelBtf = "/sys/kernel/btf/vmlinux";

/// Whether `release` ("5.10.0-30-amd64") is older than `major`.`minor`; what is no release is not.
[[nodiscard]] bool is_kernel_before(std::string_view release, unsigned int major, unsigned int minor);

/// The same error, with what is missing or what would help where that is known. A missing capability makes it EPERM.
[[nodiscard]] Error explain_refusal(Error error, const Circumstances& circumstances);
/// For kprobes, which are attached as perf events.
[[nodiscard]] Error explain_perf_refusal(Error error, const Circumstances& circumstances);
/// For programs that read the kernel's memory (fentry, kprobe).
[[nodiscard]] Error explain_lockdown(Error error, const Circumstances& circumstances);
/// For programs that are fitted to the kernel's types: all owner hooks but those by socket cookie.
[[nodiscard]] Error explain_missing_btf(Error error, const Circumstances& circumstances);

} // namespace dnsmon
