// SPDX-License-Identifier: Apache-2.0
// The sockets that are open in this network namespace, as NETLINK_SOCK_DIAG lists them. Asks once; never loads modules
// itself (the kernel may).
#pragma once

#include "probe/owner_key.h"
#include "util/result.h"

#include <cstdint>
#include <vector>

namespace dnsmon {

struct OpenSocket {
    std::uint8_t protocol = 0; ///< IPPROTO_UDP, IPPROTO_TCP
    Endpoint local;
    Endpoint remote; ///< empty: not connected
    std::uint32_t inode = 0;
    std::uint64_t cookie = 0; ///< what bpf_get_socket_cookie says; 0: not known
};

/// Sockets of `protocol` that some process holds and that have a local port; both families.
[[nodiscard]] Result<std::vector<OpenSocket>> list_sockets(std::uint8_t protocol);

} // namespace dnsmon
