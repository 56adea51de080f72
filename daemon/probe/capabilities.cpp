// SPDX-License-Identifier: Apache-2.0
#include "probe/capabilities.h"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace dnsmon {
namespace {

struct Needed {
    unsigned int bit;
    const char* name;
    bool in_sys_admin; ///< split from CAP_SYS_ADMIN in 5.8, which still implies it
};
constexpr std::array kNeeded{
    Needed{CAP_BPF, "CAP_BPF", true},
    Needed{CAP_PERFMON, "CAP_PERFMON", true},
    Needed{CAP_NET_ADMIN, "CAP_NET_ADMIN", false},
    Needed{CAP_NET_RAW, "CAP_NET_RAW", false},
};

constexpr ino_t kInitialUserNamespace = 0xEFFFFFFD; // the kernel's PROC_USER_INIT_INO

bool has(std::uint64_t set, unsigned int bit) { return ((set >> bit) & 1U) != 0; }

} // namespace

std::string missing_capabilities(std::uint64_t effective) {
    std::string missing;
    for (const Needed& needed : kNeeded) {
        if (has(effective, needed.bit) || (needed.in_sys_admin && has(effective, CAP_SYS_ADMIN))) continue;
        if (!missing.empty()) missing += ' ';
        missing += needed.name;
    }
    return missing;
}

bool in_own_user_namespace() {
    struct stat status {};
    return ::stat("/proc/self/ns/user", &status) == 0 && status.st_ino != kInitialUserNamespace;
}

std::string missing_capabilities() {
    if (in_own_user_namespace()) return missing_capabilities(0);
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) return {};
    return missing_capabilities(data[0].effective | (static_cast<std::uint64_t>(data[1].effective) << 32));
}

} // namespace dnsmon
