// SPDX-License-Identifier: Apache-2.0
#include "probe/network_changes.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace dnsmon {

Result<NetworkChanges> NetworkChanges::watch() {
    Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    if (!fd) return system_error("opening netlink socket", errno);
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return system_error("watching the network", errno);
    return NetworkChanges(std::move(fd));
}

void NetworkChanges::discard() const {
    std::array<char, 64> beginning{};
    while (::recv(socket_.get(), beginning.data(), beginning.size(), 0) > 0 || errno == ENOBUFS || errno == EINTR) {}
}

} // namespace dnsmon
