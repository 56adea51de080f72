// SPDX-License-Identifier: Apache-2.0
#include "pipeline/recursion.h"

#include "pipeline/question_hash.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace dnsmon {
namespace {

constexpr std::size_t kMaxClients = 16; // more are not named, and not looked for
constexpr std::size_t kHeaderBytes = 12;

/// The DNS message that is all of the payload; empty: none.
std::span<const std::uint8_t> whole_message(const PacketItem& item, std::span<const std::uint8_t> payload) {
    if (item.flow.transport == Transport::kTcp) { // RFC 1035 4.2.2: two octets of length
        if (payload.size() < 2 || payload.size() - 2 != static_cast<std::size_t>(payload[0] << 8 | payload[1])) return {};
        payload = payload.subspan(2);
    }
    return payload.size() >= kHeaderBytes ? payload : std::span<const std::uint8_t>{};
}

/// The pid that stands for all processes of a server: one that forks for each connection (dnsmasq) is asked as the parent,
/// or as the child that answered last, and asks on as another child. They have one name.
std::uint32_t server_of(const End& end) {
    const ProcessDetails* details = end.details.get();
    const bool forked = details != nullptr && details->parent_pid != 0 && details->name == details->parent_name;
    return forked ? details->parent_pid : end.owner.pid;
}

} // namespace

void Recursion::note(PacketItem& item, std::span<const std::uint8_t> payload) {
    if (item.sender == nullptr) return;
    const auto wire = whole_message(item, payload);
    if (wire.empty()) return;
    expire(item.time_ns);
    const auto id = static_cast<std::uint16_t>(wire[0] << 8 | wire[1]);
    const bool answer = (wire[2] & 0x80) != 0; // RFC 1035 4.1.1: QR
    const bool from_client_here = item.receiver != nullptr && item.receiver->owner.pid != item.sender->owner.pid;
    if (waiting_.size() == 0 && (answer || !from_client_here)) return;
    const std::uint64_t question = question_hash(wire);
    if (question == 0) return;
    const std::uint32_t sender = server_of(*item.sender);
    if (answer) {
        remove({question, sender}, item.flow.reversed(), id);
        return;
    }
    item.on_behalf_of = clients_of({question, sender});
    if (from_client_here) add({question, server_of(*item.receiver)}, item, id);
}

void Recursion::expire(std::int64_t now_ns) {
    for (auto* oldest = waiting_.oldest(); oldest != nullptr && oldest->time_ns + timeout_ns_ < now_ns;
         oldest = waiting_.oldest())
        remove(*oldest);
}

void Recursion::add(const Key& key, const PacketItem& query, std::uint16_t id) {
    std::size_t count = 0;
    bool again = false;
    waiting_.for_each(key.hash(), [&](const Waiting& waiting) {
        if (waiting.key != key) return;
        ++count;
        again = again || (waiting.id == id && waiting.flow == query.flow);
    });
    if (again || count > kMaxClients) return;
    if (waiting_.size() >= capacity_) remove(*waiting_.oldest());
    Waiting& waiting = waiting_.add(key.hash());
    waiting.key = key;
    waiting.time_ns = query.time_ns;
    waiting.flow = query.flow;
    waiting.id = id;
    waiting.client = kept(query.sender);
}

void Recursion::remove(const Key& key, const Flow& flow, std::uint16_t id) {
    Waiting* answered = waiting_.find(key.hash(), [&](const Waiting& waiting) {
        return waiting.id == id && waiting.key == key && waiting.flow == flow;
    });
    if (answered != nullptr) remove(*answered);
}

void Recursion::remove(Waiting& waiting) {
    waiting.client.reset();
    waiting_.remove(waiting);
}

WaitingClients Recursion::clients_of(const Key& key) {
    std::vector<EndPtr> clients; // newest first
    waiting_.for_each(key.hash(), [&](const Waiting& waiting) {
        if (waiting.key == key) clients.push_back(waiting.client);
    });
    if (clients.empty()) return nullptr;
    auto named = std::make_shared<std::vector<EndPtr>>();
    for (auto client = clients.rbegin(); client != clients.rend(); ++client) {
        const bool already = std::any_of(named->begin(), named->end(), [&](const EndPtr& other) {
            return other->owner.pid == (*client)->owner.pid && other->owner.start_ns == (*client)->owner.start_ns;
        });
        if (!already) named->push_back(std::move(*client));
    }
    // Too many to tell: nobody is named rather than some.
    return named->size() <= kMaxClients ? WaitingClients(std::move(named)) : nullptr;
}

} // namespace dnsmon
