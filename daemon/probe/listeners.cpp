// SPDX-License-Identifier: Apache-2.0
#include "probe/listeners.h"

#include "util/clock.h"

#include <bpf/bpf.h>
#include <netinet/in.h>

#include <array>
#include <cstring>
#include <optional>
#include <span>

namespace dnsmon {
namespace {

constexpr std::int64_t kRestPerWork = 50;
constexpr std::int64_t kRestPerFind = 4; ///< what was found is not looked for again, until it is closed
constexpr std::size_t kMaxSteps = 8192; ///< twice the map: it may change while it is walked through

/// Keys of the sockets that receive what comes to `server`, in the kernel's order (bpf/lookup.bpf.h).
struct PortKeys {
    explicit PortKeys(const Asked& asked) {
        const auto add = [&](const Address& address) {
            keys[count++] = owner_key(asked.protocol, asked.netns, {address, asked.server.port});
        };
        add(asked.server.address);
        if (asked.server.address.is_v4()) add(kAnyV4);
        add({});
    }
    [[nodiscard]] std::span<const dnsmon_owner_key> all() const { return std::span(keys).first(count); }
    /// Its place in this order; count: none of them.
    [[nodiscard]] std::size_t rank(const dnsmon_owner_key& key) const {
        std::size_t i = 0;
        while (i < count && std::memcmp(&keys[i], &key, sizeof(key)) != 0) ++i;
        return i;
    }
    std::array<dnsmon_owner_key, 3> keys{};
    std::size_t count = 0;
};

std::uint8_t match_of(const dnsmon_listener& listener) {
    return listener.bound_ns != 0 ? DNSMON_MATCH_LISTENER : DNSMON_MATCH_PROCFS;
}

/// Which socket receives. A connection's own entry does not tell its listener's.
std::optional<dnsmon_owner_entry> find_entry(int owners_fd, const Asked& asked) {
    dnsmon_owner_entry entry{};
    const dnsmon_owner_key flow = owner_key(asked.protocol, asked.netns, asked.server, asked.client);
    if (asked.protocol == IPPROTO_UDP && ::bpf_map_lookup_elem(owners_fd, &flow, &entry) == 0) return entry;
    const PortKeys port(asked);
    for (const dnsmon_owner_key& key : port.all())
        if (::bpf_map_lookup_elem(owners_fd, &key, &entry) == 0) return entry;
    return std::nullopt;
}

} // namespace

struct Listeners::Candidate {
    std::size_t rank;
    std::uint64_t socket;
    dnsmon_listener listener;
    [[nodiscard]] bool is_before(const Candidate& other) const {
        return rank != other.rank ? rank < other.rank : listener.bound_ns < other.listener.bound_ns;
    }
};

bool Listeners::has_ended(const dnsmon_owner& owner, std::int64_t at_ns) {
    return owner.pid == 0 || liveness_.has_ended(owner.pid, owner.start_ns, at_ns);
}

bool Listeners::is_bound_before(const dnsmon_listener& listener, std::int64_t time_ns) const {
    return listener.bound_ns == 0 || clock_.from_monotonic(listener.bound_ns) < time_ns;
}

Owner Listeners::living(const Owner& named, const Asked& asked) {
    const bool connected = asked.protocol == IPPROTO_TCP && named.attribution == Attribution::kExact;
    if (connected || !liveness_.has_ended(named.pid, named.start_ns, asked.time_ns)) return named;
    const auto entry = find_entry(owners_fd_, asked);
    dnsmon_listener listener{};
    if (!entry || ::bpf_map_lookup_elem(listeners_fd_, &entry->socket, &listener) != 0) return named;
    if (!is_bound_before(listener, asked.time_ns)) return named; // another server's since
    if (!has_ended(listener.binder, asked.time_ns)) return to_owner(listener.binder, match_of(listener));
    return has_ended(entry->owner, asked.time_ns) ? Owner{} : to_owner(entry->owner, match_of(listener));
}

Owner Listeners::remaining(const Asked& asked) {
    if (const Owner known = entered(asked); known.known()) return known;
    const std::int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
    if (now_ns < rested_at_ns_) return {};
    const Owner found = look(asked);
    const std::int64_t done_ns = clock_ns(CLOCK_MONOTONIC);
    rested_at_ns_ = done_ns + (found.known() ? kRestPerFind : kRestPerWork) * (done_ns - now_ns);
    return found;
}

Owner Listeners::entered(const Asked& asked) {
    const PortKeys port(asked);
    for (const dnsmon_owner_key& key : port.all()) {
        dnsmon_owner_entry entry{};
        dnsmon_listener listener{};
        if (::bpf_map_lookup_elem(owners_fd_, &key, &entry) != 0 ||
            ::bpf_map_lookup_elem(listeners_fd_, &entry.socket, &listener) != 0)
            continue;
        if (is_bound_before(listener, asked.time_ns) && !has_ended(entry.owner, asked.time_ns)) return to_owner(entry.owner, match_of(listener));
    }
    return {};
}

Owner Listeners::look(const Asked& asked) {
    const PortKeys port(asked);
    std::optional<Candidate> best;
    std::uint64_t socket = 0;
    const void* previous = nullptr;
    for (std::size_t step = 0; step < kMaxSteps && ::bpf_map_get_next_key(listeners_fd_, previous, &socket) == 0; ++step) {
        previous = &socket;
        Candidate here{0, socket, {}};
        if (::bpf_map_lookup_elem(listeners_fd_, &socket, &here.listener) != 0) continue;
        here.rank = port.rank(here.listener.key);
        if (here.rank == port.count || !is_bound_before(here.listener, asked.time_ns)) continue;
        if ((!best || here.is_before(*best)) && !has_ended(here.listener.binder, asked.time_ns)) best = here;
    }
    if (!best || !enter(best->socket, best->listener)) return {};
    return to_owner(best->listener.binder, match_of(best->listener));
}

/// False: the socket was closed meanwhile. What a hook has entered is newer and stays.
bool Listeners::enter(std::uint64_t socket, const dnsmon_listener& listener) const {
    dnsmon_owner_entry entry{};
    entry.owner = listener.binder;
    entry.socket = socket;
    entry.match = listener.bound_ns != 0 ? DNSMON_MATCH_EXACT : DNSMON_MATCH_PROCFS;
    ::bpf_map_update_elem(owners_fd_, &listener.key, &entry, BPF_NOEXIST);
    dnsmon_listener still{};
    if (::bpf_map_lookup_elem(listeners_fd_, &socket, &still) == 0) return true;
    if (::bpf_map_lookup_elem(owners_fd_, &listener.key, &entry) == 0 && entry.socket == socket)
        ::bpf_map_delete_elem(owners_fd_, &listener.key);
    return false;
}

} // namespace dnsmon
