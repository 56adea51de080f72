// SPDX-License-Identifier: Apache-2.0
// The sockets that are open in this network namespace, as NETLINK_SOCK_DIAG lists them. Asks once; never loads modules
// itself (the kernel may).
#pragma once

#include "util/result.h"

#include <array>
#include <cstdint>
#include <vector>

namespace dnsmon {

struct OpenSocket {
    std::uint8_t protocol = 0; ///< IPPROTO_UDP, IPPROTO_TCP
    std::array<std::uint8_t, 16> local_address{}; ///< IPv4 as ::ffff:a.b.c.d, "any" all zeros
    std::array<std::uint8_t, 16> remote_address{};
    std::uint16_t local_port = 0; ///< host order
    std::uint16_t remote_port = 0; ///< 0: not connected
    std::uint32_t inode = 0;
    std::uint64_t cookie = 0; ///< what bpf_get_socket_cookie says
};

/// Sockets of `protocol` that some process holds and that have a local port; both families.
[[nodiscard]] Result<std::vector<OpenSocket>> list_sockets(std::uint8_t protocol);

} // namespace dnsmon
