// SPDX-License-Identifier: Apache-2.0
#include "probe/refusal.h"

#include "probe/capabilities.h"

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

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

// "none [integrity] confidentiality"; empty where the kernel cannot be locked down or securityfs is not mounted.
std::string kernel_lockdown() {
    std::string line;
    std::ifstream file("/sys/kernel/security/lockdown");
    std::getline(file, line);
    const auto open = line.find('[');
    const auto close = line.find(']', open);
    if (open == std::string::npos || close == std::string::npos) return {};
    return line.substr(open + 1, close - open - 1);
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
    now.lockdown = kernel_lockdown();
    now.btf = ::access(kKernelBtf, R_OK) == 0;
    return now;
}

bool is_kernel_before(std::string_view release, unsigned int major, unsigned int minor) {
    unsigned int its_major = 0, its_minor = 0;
    const char* const end = release.data() + release.size();
    const auto dot = std::from_chars(release.data(), end, its_major);
    if (dot.ec != std::errc() || dot.ptr == end || *dot.ptr != '.') return false;
    if (std::from_chars(dot.ptr + 1, end, its_minor).ec != std::errc()) return false;
    return its_major < major || (its_major == major && its_minor < minor);
}

Error explain_refusal(Error error, const Circumstances& circumstances) {
    if (is_refusal(error.code) && !circumstances.missing_capabilities.empty())
        return Error{"missing " + circumstances.missing_capabilities +
                         (circumstances.own_user_namespace ? " of the host (this is a user namespace)" : "") + ": " +
                         error.message,
                     EPERM};
    if (is_kernel_before(circumstances.kernel_release, 5, 8)) // ring buffers came with it
        error.message += "; Linux 5.10 or newer is needed, this is " + circumstances.kernel_release;
    // Before 5.11 the memory of BPF maps counts as the user's locked memory. EPERM is what the kernel says when the limit
    // is reached (bpf_charge_memlock), ENOMEM what it means.
    if ((error.code == EPERM || error.code == ENOMEM) && circumstances.memlock_bytes != Circumstances::kNoLimit &&
        is_kernel_before(circumstances.kernel_release, 5, 11))
        error.message += "; BPF maps count as locked memory on this kernel, of which " +
                         with_unit(circumstances.memlock_bytes) +
                         " are allowed (RLIMIT_MEMLOCK): raise it with LimitMEMLOCK=infinity in the unit, \"ulimit -l "
                         "unlimited\" in a shell, or give CAP_SYS_RESOURCE";
    else if (error.code == ENOMEM)
        error.message += "; capture.ring_buffer and hooks.owners are kernel memory that counts against the service's MemoryMax=";
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

Error explain_lockdown(Error error, const Circumstances& circumstances) {
    // The helpers that read kernel memory are not there any more: the verifier calls them unknown (EINVAL).
    if (circumstances.lockdown == "confidentiality" && (error.code == EINVAL || is_refusal(error.code)))
        error.message += "; the kernel is locked down (confidentiality): programs may not read its memory";
    return error;
}

Error explain_missing_btf(Error error, const Circumstances& circumstances) {
    if (!circumstances.btf && error.code == ESRCH)
        error.message += std::string("; the kernel does not describe its types: no ") + kKernelBtf +
                         " (CONFIG_DEBUG_INFO_BTF)";
    return error;
}

} // namespace dnsmon
