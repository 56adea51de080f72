// SPDX-License-Identifier: Apache-2.0
// What /proc tells of other network namespaces, through a process in each: no namespace is entered. Reads only; a process
// that vanishes meanwhile gives nothing. Bounded in what it keeps.
#pragma once

#include "probe/sock_diag.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dnsmon {

struct ProcNamespace {
    std::uint32_t inode = 0;
    std::uint32_t pid = 0; ///< of a process in it
};
struct ProcNamespaces {
    std::vector<ProcNamespace> found; ///< each once
    std::size_t left_out = 0;         ///< beyond the limit
};

/// Those that processes are in, but for `own`.
[[nodiscard]] ProcNamespaces list_proc_namespaces(std::uint32_t own, std::size_t limit, const std::string& proc_root = "/proc");

/// As list_sockets(), without cookies, of the namespace of `pid`; at most `limit`.
[[nodiscard]] std::vector<OpenSocket> proc_net_sockets(std::uint32_t pid, std::uint8_t protocol, std::size_t limit,
                                                       const std::string& proc_root = "/proc");

/// Addresses of the namespace of `pid`, loopback left out. A routing table longer than 1 MiB is not read to its end.
[[nodiscard]] std::vector<Address> proc_net_addresses(std::uint32_t pid, const std::string& proc_root = "/proc");

} // namespace dnsmon
