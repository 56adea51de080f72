// SPDX-License-Identifier: Apache-2.0
#include "probe/refusal.h"

#include "probe/capabilities.h"

#include <sys/resource.h>
#include <sys/utsname.h>

#include <cerrno>
#include <charconv>
#include <fstream>

namespace dnsmon {
namespace {

bool is_refusal(int code) { return code == EPERM || code == EACCES; }

std::string with_unit(std::uint64_t bytes) {
    constexpr std::uint64_t kKib = 1024, kMib = 1024 * kKib;
    return bytes >= kMib ? std::to_string(bytes / kMib) + " MiB" : std::to_string(bytes / kKib) + " KiB";
}

} // namespace

Circumstances current_circumstances() {
    Circumstances now;
    now.missing_capabilities = missing_capabilities();
    now.own_user_namespace = in_own_user_namespace();
    if (utsname name{}; ::uname(&name) == 0) now.kernel_release = name.release;
    rlimit limit{};
    now.memlock_bytes = ::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
                            ? limit.rlim_cur
                            : Circumstances::kNoLimit;
    std::ifstream("/proc/sys/kernel/perf_event_paranoid") >> now.perf_event_paranoid; // not there under the unit
    return now;
}

bool counts_as_locked_memory(std::string_view kernel_release) {
    unsigned int major = 0, minor = 0;
    const char* const end = kernel_release.data() + kernel_release.size();
    const auto dot = std::from_chars(kernel_release.data(), end, major);
    if (dot.ec != std::errc() || dot.ptr == end || *dot.ptr != '.') return false;
    if (std::from_chars(dot.ptr + 1, end, minor).ec != std::errc()) return false;
    return major < 5 || (major == 5 && minor < 11);
}

Error explain_refusal(Error error, const Circumstances& circumstances) {
    if (is_refusal(error.code) && !circumstances.missing_capabilities.empty())
        return Error{"missing " + circumstances.missing_capabilities +
                         (circumstances.own_user_namespace ? " of the host (this is a user namespace)" : "") + ": " +
                         error.message,
                     EPERM};
    // EPERM is what the kernel says when the limit is reached (bpf_charge_memlock), ENOMEM what it means.
    if ((error.code == EPERM || error.code == ENOMEM) && circumstances.memlock_bytes != Circumstances::kNoLimit &&
        counts_as_locked_memory(circumstances.kernel_release))
        error.message += "; BPF maps count as locked memory on this kernel, of which " +
                         with_unit(circumstances.memlock_bytes) +
                         " are allowed (RLIMIT_MEMLOCK): raise it with LimitMEMLOCK=infinity in the unit, \"ulimit -l "
                         "unlimited\" in a shell, or give CAP_SYS_RESOURCE";
    return error;
}

Error explain_perf_refusal(Error error, const Circumstances& circumstances) {
    if (!is_refusal(error.code) || !circumstances.missing_capabilities.empty()) return error;
    error.message += "; kprobes are perf events, which this system leaves to CAP_SYS_ADMIN";
    if (!circumstances.perf_event_paranoid.empty())
        error.message += " (kernel.perf_event_paranoid is " + circumstances.perf_event_paranoid + ")";
    error.message += " or the service's sandbox forbids: the drop-in kprobe.conf of the examples allows them";
    return error;
}

} // namespace dnsmon
