// SPDX-License-Identifier: Apache-2.0
#include "probe/packet_sockets.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace dnsmon {
namespace {

/// Needs no privilege, and may be done again. `ifindex` 0: all devices.
Result<void> bind_to(const Fd& fd, unsigned int ifindex) {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(ETH_P_ALL);
    address.sll_ifindex = static_cast<int>(ifindex);
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
        return system_error("binding packet socket", errno);
    return {};
}

Result<Fd> open_packet_socket(int filter_fd, unsigned int ifindex) {
    // Protocol 0: the socket receives nothing until it is bound, so no packet comes before the filter is there.
    // SOCK_DGRAM: the kernel strips link headers, whatever the device.
    Fd fd(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return system_error("opening packet socket", errno);
    if (::setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_BPF, &filter_fd, sizeof(filter_fd)) != 0)
        return system_error("attaching capture filter", errno);
    if (auto bound = bind_to(fd, ifindex); !bound) return std::move(bound).error();
    return fd;
}

} // namespace

bool PacketSockets::is_watched(unsigned int ifindex) const {
    return std::any_of(sockets_.begin(), sockets_.end(), [&](const Bound& bound) { return bound.ifindex == ifindex; });
}

Result<PacketSockets> PacketSockets::open(int filter_fd, const std::vector<std::string>& interfaces) {
    PacketSockets sockets;
    if (interfaces.empty()) {
        auto any = open_packet_socket(filter_fd, 0);
        if (!any) return std::move(any).error();
        sockets.sockets_.push_back({{}, 0, std::move(any).value()});
    }
    for (const std::string& name : interfaces) {
        const unsigned int ifindex = ::if_nametoindex(name.c_str());
        if (ifindex == 0) return Error{"capture.interfaces: no such interface: " + name, ENODEV};
        if (sockets.is_watched(ifindex)) continue; // twice, or by another of its names
        auto one = open_packet_socket(filter_fd, ifindex);
        if (!one) return std::move(one).error().within(name);
        sockets.sockets_.push_back({name, ifindex, std::move(one).value()});
    }
    return sockets;
}

std::vector<std::string> PacketSockets::follow() {
    std::vector<std::string> changes;
    for (Bound& bound : sockets_) {
        if (bound.name.empty()) continue;
        const unsigned int now = ::if_nametoindex(bound.name.c_str());
        if (now == bound.ifindex) continue;
        if (now == 0) {
            std::array<char, IF_NAMESIZE> name{};
            if (::if_indextoname(bound.ifindex, name.data()) != nullptr) continue; // renamed: the device is still watched
            bound.ifindex = 0;
            changes.push_back("interface " + bound.name + " is gone; it is watched again when it comes back");
        } else if (!is_watched(now) && bind_to(bound.fd, now)) {
            bound.ifindex = now;
            changes.push_back("interface " + bound.name + " is another device now and watched again");
        }
    }
    return changes;
}

} // namespace dnsmon
