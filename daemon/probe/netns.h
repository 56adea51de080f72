// SPDX-License-Identifier: Apache-2.0
// The numbers by which kernel programs tell network namespaces apart, for this process's own. Never changes namespace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dnsmon {

/// Inode of /proc/thread-self/ns/net, which is the kernel's net->ns.inum. 0: not known.
[[nodiscard]] std::uint32_t own_netns_inode();
/// Of a file that stands for a network namespace (/run/netns/NAME). 0: there is none.
[[nodiscard]] std::uint32_t netns_inode(const std::string& path);
/// Whether a device here has its other end in that namespace (veth), or had: the kernel has numbered it for that.
[[nodiscard]] bool netns_is_linked(int netns_fd);
/// Low half of what bpf_get_netns_cookie says for our sockets (SO_NETNS_COOKIE, Linux 5.14). Nullopt: not to be had.
[[nodiscard]] std::optional<std::uint32_t> own_netns_cookie();

} // namespace dnsmon
