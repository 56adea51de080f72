// SPDX-License-Identifier: Apache-2.0
#include "app/privileges.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace dnsmon {
namespace {

using Data = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

constexpr std::uint64_t bit(unsigned int capability) { return std::uint64_t{1} << capability; }

constexpr std::uint64_t kBpf = bit(CAP_BPF) | bit(CAP_SYS_ADMIN); // the latter implies the former
constexpr std::uint64_t kKept = bit(CAP_SYS_PTRACE) | bit(CAP_DAC_READ_SEARCH) // /proc/PID of other users
                                | bit(CAP_DAC_OVERRIDE) | bit(CAP_CHOWN) | bit(CAP_FOWNER) // log files of other owners
                                | bit(CAP_SYS_NICE); // the exec watcher's place in line

Result<std::uint64_t> permitted_now() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    Data data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) return system_error("reading capabilities", errno);
    return data[0].permitted | (std::uint64_t{data[1].permitted} << 32);
}

Result<void> set(std::uint64_t effective, std::uint64_t permitted) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    Data data{};
    for (std::size_t i = 0; i < data.size(); ++i) {
        data[i].effective = static_cast<std::uint32_t>(effective >> (32 * i));
        data[i].permitted = static_cast<std::uint32_t>(permitted >> (32 * i));
    }
    if (::syscall(SYS_capset, &header, data.data()) != 0) return system_error("dropping capabilities", errno);
    return {};
}

} // namespace

std::uint64_t kept_capabilities(std::uint64_t permitted, bool maps_need_bpf) {
    if (!maps_need_bpf) return permitted & kKept;
    const std::uint64_t bpf = (permitted & bit(CAP_BPF)) != 0 ? bit(CAP_BPF) : permitted & kBpf;
    return (permitted & kKept) | bpf;
}

Result<void> drop_capabilities(const std::function<bool()>& maps_usable) {
    const auto permitted = permitted_now();
    if (!permitted) return permitted.error();
    // A trial, as with the hooks: effective only, so that it can be taken back.
    if (auto done = set(kept_capabilities(*permitted, false), *permitted); !done) return done;
    const std::uint64_t kept = kept_capabilities(*permitted, !maps_usable());
    if (auto done = set(kept, kept); !done) return done;
    // Ambient ones went with the permitted and inheritable ones; a later exec() regains none either.
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return system_error("setting no_new_privs", errno);
    return {};
}

} // namespace dnsmon
