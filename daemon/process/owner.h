// SPDX-License-Identifier: Apache-2.0
// The process at one end of a packet, as the kernel side knew it at that moment. No /proc, no lookups:
// what is read later about the same process is ProcessDetails (process/details.h).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace dnsmon {

/// How the owner was found, from surest to none (dnsmon.attribution).
enum class Attribution : std::uint8_t {
    kNone,     ///< no local process known
    kExact,    ///< the process that sent on exactly this flow
    kWildcard, ///< a socket without a bound local address that sent to this peer
    kListener, ///< the process that owns the local port
    kProcfs,   ///< found in sock_diag and /proc: the socket is older than the daemon
};

struct Owner {
    Attribution attribution = Attribution::kNone;
    std::uint32_t pid = 0; ///< process (thread group)
    std::uint32_t tid = 0; ///< thread; 0: not known
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint64_t cgroup_id = 0; ///< 0: not known
    std::uint64_t start_ns = 0;  ///< process start, CLOCK_BOOTTIME; 0: not known. Guards against pid reuse.
    std::uint64_t image = 0;     ///< differs after each exec() of the same process; 0: not known
    std::array<char, 16> thread_name{};  ///< NUL-padded; empty: not known
    std::array<char, 16> process_name{}; ///< thread group leader's; empty: not readable in the kernel

    bool operator==(const Owner&) const = default;
    [[nodiscard]] bool known() const { return attribution != Attribution::kNone; }
};

/// The text of a NUL-padded kernel name. All 16 bytes may be used.
[[nodiscard]] inline std::string_view comm_view(const std::array<char, 16>& comm) {
    std::size_t n = 0;
    while (n < comm.size() && comm[n] != '\0') ++n;
    return {comm.data(), n};
}

} // namespace dnsmon
