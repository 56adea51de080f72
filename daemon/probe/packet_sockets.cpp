// SPDX-License-Identifier: Apache-2.0
#include "probe/packet_sockets.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <cerrno>

namespace dnsmon {
namespace {

Result<Fd> open_packet_socket(int filter_fd, unsigned int ifindex) {
    // Protocol 0: the socket receives nothing until it is bound, so no packet comes before the filter is there.
    // SOCK_DGRAM: the kernel strips link headers, whatever the device.
    Fd fd(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return system_error("opening packet socket", errno);
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_BPF, &filter_fd, sizeof(filter_fd)) != 0)
        return system_error("attaching capture filter", errno);
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(ifindex);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return system_error("binding packet socket", errno);
    return fd;
}

} // namespace

Result<std::vector<Fd>> open_packet_sockets(int filter_fd, const std::vector<std::string>& interfaces) {
    std::vector<Fd> sockets;
    if (interfaces.empty()) {
        auto any = open_packet_socket(filter_fd, 0);
        if (!any) return std::move(any).error();
        sockets.push_back(std::move(any).value());
    }
    for (const std::string& name : interfaces) {
        const unsigned int ifindex = ::if_nametoindex(name.c_str());
        if (ifindex == 0) return Error{"capture.interfaces: no such interface: " + name, ENODEV};
        auto one = open_packet_socket(filter_fd, ifindex);
        if (!one) return std::move(one).error().within(name);
        sockets.push_back(std::move(one).value());
    }
    return sockets;
}

} // namespace dnsmon
