// SPDX-License-Identifier: Apache-2.0
#include "probe/other_servers.h"

#include "probe/netns.h"
#include "probe/proc_net.h"
#include "util/clock.h"
#include "util/fd.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <string>

namespace dnsmon {
namespace {

constexpr std::size_t kMaxStrangers = 4096;
constexpr std::size_t kMaxNamespaces = 1024;
constexpr std::int64_t kShortestRestNs = 10'000'000;
constexpr std::int64_t kRestPerWork = 50;
constexpr std::int64_t kFreshNs = 500'000'000;      ///< an address may have gone to another namespace since
constexpr std::int64_t kStrangerNs = 1'000'000'000; ///< until an address is looked for again

bool find_entry(int owners_fd, const dnsmon_owner_key& key, dnsmon_owner_entry& entry) {
    return ::bpf_map_lookup_elem(owners_fd, &key, &entry) == 0;
}

} // namespace

Owner OtherServers::find(std::uint8_t protocol, const Endpoint& server, std::int64_t now_ns) {
    if (now_ns >= looked_at_ns_ + kFreshNs && now_ns >= rested_at_ns_ && addresses_.contains(server.address)) look(now_ns);
    Owner owner = served(protocol, server);
    if (owner.known() || !may_look(server.address, now_ns)) return owner;
    look(now_ns);
    return served(protocol, server);
}

Owner OtherServers::served(std::uint8_t protocol, const Endpoint& server) const {
    const auto known = addresses_.find(server.address);
    if (known == addresses_.end() || known->second == 0) return {};
    dnsmon_owner_entry entry{};
    const auto is_bound_to = [&](const Address& address) {
        return find_entry(owners_fd_, owner_key(protocol, known->second, {address, server.port}), entry);
    };
    if (!is_bound_to(server.address) && !(server.address.is_v4() && is_bound_to(kAnyV4)) && !is_bound_to({})) return {};
    return to_owner(entry.owner, entry.match == DNSMON_MATCH_PROCFS ? DNSMON_MATCH_PROCFS : DNSMON_MATCH_LISTENER);
}

bool OtherServers::may_look(const Address& address, std::int64_t now_ns) {
    if (now_ns < rested_at_ns_) return false;
    if (strangers_.size() >= kMaxStrangers) strangers_.clear();
    const auto [stranger, is_new] = strangers_.emplace(address, now_ns);
    if (!is_new && now_ns - stranger->second < kStrangerNs) return false;
    stranger->second = now_ns;
    return true;
}

void OtherServers::look(std::int64_t now_ns) {
    addresses_.clear();
    looked_at_ns_ = now_ns;
    std::set<std::uint32_t> done{own_netns_, 0};
    std::uint64_t socket = 0;
    for (const void* previous = nullptr; ::bpf_map_get_next_key(listeners_fd_, previous, &socket) == 0; previous = &socket) {
        dnsmon_owner_key key{};
        dnsmon_owner_entry entry{};
        if (::bpf_map_lookup_elem(listeners_fd_, &socket, &key) != 0 || done.contains(key.netns)) continue;
        if (done.size() > kMaxNamespaces || !find_entry(owners_fd_, key, entry)) continue;
        done.insert(key.netns);
        add(key.netns, entry.owner.pid);
    }
    const std::int64_t worked_ns = clock_ns(CLOCK_MONOTONIC) - now_ns;
    rested_at_ns_ = now_ns + std::max(kShortestRestNs, kRestPerWork * worked_ns);
}

/// The process may live elsewhere by now, its socket passed on: its /proc must show this very namespace.
void OtherServers::add(std::uint32_t netns, std::uint32_t pid) {
    const Fd file(::open(("/proc/" + std::to_string(pid) + "/ns/net").c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0 || status.st_ino != netns || !netns_is_linked(file.get())) return;
    for (const Address& address : proc_net_addresses(pid)) {
        const auto [known, is_new] = addresses_.emplace(address, netns);
        if (!is_new && known->second != netns) known->second = 0;
    }
}

} // namespace dnsmon
