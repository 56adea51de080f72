// SPDX-License-Identifier: Apache-2.0
// Which process holds a socket: /proc/PID/fd joined with socket inodes, and who that process is. Reads only; a process
// that vanishes meanwhile is left out.
#pragma once

#include "dnsmon_abi.h"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace dnsmon {

struct SocketHolder {
    dnsmon_owner owner{};
    std::uint32_t fd = 0; ///< the socket's number there
};

/// Socket inode -> its holder; of several (inherited sockets) the one with the lowest pid, which is the parent mostly.
[[nodiscard]] std::unordered_map<std::uint32_t, SocketHolder>
find_socket_holders(std::unordered_set<std::uint32_t> inodes, const std::string& proc_root = "/proc");

/// Whether that process still has that socket under that number.
[[nodiscard]] bool holds_socket(std::uint32_t pid, std::uint32_t fd, std::uint32_t inode);

} // namespace dnsmon
