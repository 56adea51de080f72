// SPDX-License-Identifier: Apache-2.0
#include "probe/open_sockets.h"

#include "probe/proc_net.h"
#include "probe/socket_holders.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <string>

namespace dnsmon {
namespace {

constexpr std::array<std::uint8_t, 2> kProtocols{IPPROTO_UDP, IPPROTO_TCP};
constexpr std::size_t kMaxNamespaces = 1024;
constexpr std::uint64_t kMadeUp = std::uint64_t{1} << 63; // no cookie gets there: they are counted from 1

int map_fd(const OwnerHooks& hooks, const char* name) {
    const int fd = ::bpf_object__find_map_fd_by_name(hooks.object(), name);
    return std::max(fd, -1);
}

} // namespace

OpenSockets::OpenSockets(const OwnerSettings& settings, const OwnerHooks& hooks)
    : ports_(settings.ports), any_port_(settings.any_port), limit_(settings.owners / 2), netns_(hooks.own_netns()),
      owners_fd_(settings.owners_fd), listeners_fd_(settings.listeners_fd), names_by_cookie_(hooks.names_by_cookie()),
      numbers_by_inode_(hooks.numbers_by_inode()), sockets_fd_(map_fd(hooks, "sockets")) {}

bool OpenSockets::is_watched(std::uint16_t port) const {
    return any_port_ || std::find(ports_.begin(), ports_.end(), port) != ports_.end();
}

bool OpenSockets::is_wanted(const OpenSocket& socket) const {
    const bool may_have_asked = socket.protocol == IPPROTO_UDP && socket.remote.port == 0;
    return may_have_asked || is_watched(socket.local.port) || is_watched(socket.remote.port);
}

std::size_t OpenSockets::add_other_namespaces(std::vector<Placed>& wanted) const {
    if (!numbers_by_inode_) return 0; // /proc shows no other number
    const ProcNamespaces namespaces = list_proc_namespaces(netns_, kMaxNamespaces);
    for (const auto& [inode, pid] : namespaces.found)
        for (const std::uint8_t protocol : kProtocols)
            for (const OpenSocket& socket : proc_net_sockets(pid, protocol, limit_))
                if (is_wanted(socket)) wanted.push_back({socket, inode});
    return namespaces.left_out;
}

Result<void> OpenSockets::seed() {
    std::vector<Placed> wanted;
    for (const std::uint8_t protocol : kProtocols) {
        auto sockets = list_sockets(protocol);
        if (!sockets) return std::move(sockets).error();
        for (const OpenSocket& socket : *sockets)
            if (is_wanted(socket)) wanted.push_back({socket, netns_});
    }
    const std::size_t left_out = add_other_namespaces(wanted);
    // Half the map at most: the traffic to come needs room, too. Servers and connections matter more than clients.
    std::stable_partition(wanted.begin(), wanted.end(), [&](const Placed& placed) {
        return is_watched(placed.socket.local.port) || is_watched(placed.socket.remote.port);
    });
    if (wanted.size() > limit_) wanted.resize(limit_);

    std::unordered_set<std::uint32_t> inodes;
    for (const Placed& placed : wanted) inodes.insert(placed.socket.inode);
    const auto holders = find_socket_holders(std::move(inodes));
    for (const Placed& placed : wanted)
        if (const auto holder = holders.find(placed.socket.inode); holder != holders.end())
            write(placed, holder->second.owner, holder->second.fd);
    if (left_out != 0) return Error{"sockets of " + std::to_string(left_out) + " network namespaces were left out"};
    return {};
}

std::uint64_t OpenSockets::name_of(const OpenSocket& socket) const {
    if (!names_by_cookie_) return socket.inode;
    return socket.cookie != 0 ? socket.cookie : kMadeUp | socket.inode;
}

void OpenSockets::write(const Placed& placed, const dnsmon_owner& owner, std::uint32_t fd) {
    const OpenSocket& socket = placed.socket;
    const dnsmon_owner_key key = owner_key(socket.protocol, placed.netns, socket.local, socket.remote);
    dnsmon_owner_entry entry{};
    entry.owner = owner;
    entry.match = DNSMON_MATCH_PROCFS;
    entry.socket = name_of(socket);
    const bool written = ::bpf_map_update_elem(owners_fd_, &key, &entry, BPF_NOEXIST) == 0;
    if (socket.remote.port == 0 && is_watched(socket.local.port)) {
        ::bpf_map_update_elem(listeners_fd_, &entry.socket, &key, BPF_NOEXIST);
        if (written && (entry.socket & kMadeUp) != 0) unnamed_.push_back({key, entry.socket, socket.inode, owner.pid, fd});
    } else if (socket.remote.port == 0) {
        clients_.push_back(key);
    }
    if (sockets_fd_ >= 0) {
        const dnsmon_socket value{entry, placed.netns, 0};
        ::bpf_map_update_elem(sockets_fd_, &socket.cookie, &value, BPF_NOEXIST);
    }
}

void OpenSockets::forget_ended() {
    for (const dnsmon_owner_key& key : clients_) ::bpf_map_delete_elem(owners_fd_, &key);
    clients_.clear();
    clients_.shrink_to_fit();
    std::erase_if(unnamed_, [this](const Unnamed& server) {
        if (holds_socket(server.pid, server.fd, server.inode)) return false;
        dnsmon_owner_entry entry{};
        if (::bpf_map_lookup_elem(owners_fd_, &server.key, &entry) == 0 && entry.socket == server.name)
            ::bpf_map_delete_elem(owners_fd_, &server.key);
        ::bpf_map_delete_elem(listeners_fd_, &server.name);
        return true;
    });
}

} // namespace dnsmon
