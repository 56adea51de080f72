// SPDX-License-Identifier: Apache-2.0
#include "probe/open_sockets.h"

#include "probe/sock_diag.h"
#include "probe/socket_holders.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace dnsmon {
namespace {

using Address = std::array<std::uint8_t, 16>;

bool is_any(const Address& address) { return address == Address{}; }

bool is_loopback(const Address& address) {
    constexpr Address kV6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    constexpr std::array<std::uint8_t, 13> kV4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
    return address == kV6 || std::equal(kV4.begin(), kV4.end(), address.begin());
}

// bpf/address.bpf.h's set_key.
dnsmon_owner_key to_key(const OpenSocket& socket, std::uint32_t netns) {
    const auto elsewhere = [](const Address& address) { return !is_any(address) && !is_loopback(address); };
    dnsmon_owner_key key{};
    std::memcpy(key.local_address, socket.local_address.data(), sizeof(key.local_address));
    std::memcpy(key.remote_address, socket.remote_address.data(), sizeof(key.remote_address));
    key.local_port = socket.local_port;
    key.remote_port = socket.remote_port;
    key.protocol = socket.protocol;
    key.netns = elsewhere(socket.local_address) && elsewhere(socket.remote_address) ? 0 : netns;
    return key;
}

int map_fd(const OwnerHooks& hooks, const char* name) {
    const int fd = ::bpf_object__find_map_fd_by_name(hooks.object(), name);
    return std::max(fd, -1);
}

} // namespace

OpenSockets::OpenSockets(const OwnerSettings& settings, const OwnerHooks& hooks)
    : ports_(settings.ports), any_port_(settings.any_port), limit_(settings.owners / 2), netns_(hooks.own_netns()), owners_fd_(settings.owners_fd),
      listeners_fd_(settings.listeners_fd), names_by_cookie_(hooks.names_by_cookie()), sockets_fd_(map_fd(hooks, "sockets")) {}

bool OpenSockets::is_watched(std::uint16_t port) const {
    return any_port_ || std::find(ports_.begin(), ports_.end(), port) != ports_.end();
}

Result<std::size_t> OpenSockets::seed() {
    std::vector<OpenSocket> wanted;
    for (const std::uint8_t protocol : {std::uint8_t{IPPROTO_UDP}, std::uint8_t{IPPROTO_TCP}}) {
        auto sockets = list_sockets(protocol);
        if (!sockets) return std::move(sockets).error();
        std::copy_if(sockets->begin(), sockets->end(), std::back_inserter(wanted), [&](const OpenSocket& s) {
            const bool may_have_asked = protocol == IPPROTO_UDP && s.remote_port == 0;
            return may_have_asked || is_watched(s.local_port) || is_watched(s.remote_port);
        });
    }
    // Half the map at most: the traffic to come needs room, too. Servers and connections matter more than clients.
    std::stable_partition(wanted.begin(), wanted.end(),
                          [&](const OpenSocket& s) { return is_watched(s.local_port) || is_watched(s.remote_port); });
    if (wanted.size() > limit_) wanted.resize(limit_);

    std::unordered_set<std::uint32_t> inodes;
    for (const OpenSocket& socket : wanted) inodes.insert(socket.inode);
    const auto holders = find_socket_holders(std::move(inodes));

    std::size_t written = 0;
    for (const OpenSocket& socket : wanted) {
        const auto holder = holders.find(socket.inode);
        if (holder == holders.end()) continue;
        const dnsmon_owner_key key = to_key(socket, netns_);
        dnsmon_owner_entry entry{};
        entry.owner = holder->second;
        entry.match = DNSMON_MATCH_PROCFS;
        entry.socket = names_by_cookie_ ? socket.cookie : socket.inode;
        if (::bpf_map_update_elem(owners_fd_, &key, &entry, BPF_NOEXIST) == 0) ++written;
        if (socket.remote_port == 0 && is_watched(socket.local_port)) {
            ::bpf_map_update_elem(listeners_fd_, &entry.socket, &key, BPF_NOEXIST);
        } else if (socket.remote_port == 0) {
            clients_.push_back(key);
        }
        if (sockets_fd_ >= 0) {
            const dnsmon_socket value{entry, netns_, 0};
            ::bpf_map_update_elem(sockets_fd_, &socket.cookie, &value, BPF_NOEXIST);
        }
    }
    return written;
}

void OpenSockets::forget_clients() {
    for (const dnsmon_owner_key& key : clients_) ::bpf_map_delete_elem(owners_fd_, &key);
    clients_.clear();
    clients_.shrink_to_fit();
}

} // namespace dnsmon
