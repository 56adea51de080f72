// SPDX-License-Identifier: Apache-2.0
#include "probe/owner_key.h"

#include <algorithm>
#include <cstring>

namespace dnsmon {
namespace {

static_assert(static_cast<int>(Attribution::kNone) == DNSMON_MATCH_NONE);
static_assert(static_cast<int>(Attribution::kExact) == DNSMON_MATCH_EXACT);
static_assert(static_cast<int>(Attribution::kWildcard) == DNSMON_MATCH_WILDCARD);
static_assert(static_cast<int>(Attribution::kListener) == DNSMON_MATCH_LISTENER);
static_assert(static_cast<int>(Attribution::kProcfs) == DNSMON_MATCH_PROCFS);

} // namespace

Address socket_address(bool v4, const std::uint32_t* words) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(words);
    return v4 ? Address::v4(bytes) : Address::v6(bytes);
}

dnsmon_owner_key owner_key(std::uint8_t protocol, std::uint32_t netns, const Endpoint& local, const Endpoint& remote) {
    const auto elsewhere = [](const Address& address) {
        return address != Address{} && address != kAnyV4 && !address.is_loopback();
    };
    dnsmon_owner_key key{};
    std::memcpy(key.local_address, local.address.bytes.data(), sizeof(key.local_address));
    std::memcpy(key.remote_address, remote.address.bytes.data(), sizeof(key.remote_address));
    key.local_port = local.port;
    key.remote_port = remote.port;
    key.protocol = protocol;
    key.netns = elsewhere(local.address) && elsewhere(remote.address) ? 0 : netns;
    return key;
}

Owner to_owner(const dnsmon_owner& from, std::uint8_t match) {
    Owner owner;
    if (match == DNSMON_MATCH_NONE) return owner;
    owner.attribution = static_cast<Attribution>(match);
    owner.pid = from.pid;
    owner.tid = from.tid;
    owner.uid = from.uid;
    owner.gid = from.gid;
    owner.cgroup_id = from.cgroup_id;
    owner.start_ns = from.start_ns;
    owner.image = from.image;
    std::copy_n(from.thread_name, owner.thread_name.size(), owner.thread_name.begin());
    std::copy_n(from.process_name, owner.process_name.size(), owner.process_name.begin());
    return owner;
}

} // namespace dnsmon
