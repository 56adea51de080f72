// SPDX-License-Identifier: Apache-2.0
#include "pipeline/recursion.h"

#include "pipeline/question_hash.h"

#include <algorithm>
#include <utility>

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

} // namespace

void Recursion::note(PacketItem& item, std::span<const std::uint8_t> payload) {
    if (!item.sender.owner.known()) return;
    const auto wire = whole_message(item, payload);
    if (wire.empty()) return;
    expire(item.time_ns);
    const auto id = static_cast<std::uint16_t>(wire[0] << 8 | wire[1]);
    const bool answer = (wire[2] & 0x80) != 0; // RFC 1035 4.1.1: QR
    const bool from_client_here = item.receiver.owner.known() && item.receiver.owner.pid != item.sender.owner.pid;
    if (waiting_.empty() && (answer || !from_client_here)) return;
    const std::uint64_t question = question_hash(wire);
    if (question == 0) return;
    const std::uint32_t sender = item.sender.owner.pid;
    if (answer) {
        remove({{question, sender}, item.time_ns, item.flow.reversed(), id, {}});
        return;
    }
    item.on_behalf_of = clients_of({question, sender});
    if (from_client_here) add({{question, item.receiver.owner.pid}, item.time_ns, item.flow, id, item.sender});
}

void Recursion::expire(std::int64_t now_ns) {
    while (!waiting_.empty() && waiting_.front().time_ns + timeout_ns_ < now_ns) erase(waiting_.begin());
}

void Recursion::add(Waiting waiting) {
    const auto [begin, end] = by_key_.equal_range(waiting.key);
    const bool again = std::any_of(begin, end, [&](const auto& entry) {
        return entry.second->flow == waiting.flow && entry.second->id == waiting.id;
    });
    if (again || static_cast<std::size_t>(std::distance(begin, end)) > kMaxClients) return;
    if (waiting_.size() >= capacity_) erase(waiting_.begin());
    waiting_.push_back(std::move(waiting));
    by_key_.emplace(waiting_.back().key, std::prev(waiting_.end()));
}

void Recursion::remove(const Waiting& answered) {
    const auto [begin, end] = by_key_.equal_range(answered.key);
    for (auto at = begin; at != end; ++at) {
        if (at->second->flow != answered.flow || at->second->id != answered.id) continue;
        erase(at->second);
        return;
    }
}

void Recursion::erase(List::iterator at) {
    const auto [begin, end] = by_key_.equal_range(at->key);
    const auto entry = std::find_if(begin, end, [&](const auto& pair) { return pair.second == at; });
    if (entry != end) by_key_.erase(entry);
    waiting_.erase(at);
}

WaitingClients Recursion::clients_of(const Key& key) const {
    const auto [begin, end] = by_key_.equal_range(key);
    if (begin == end) return nullptr;
    auto clients = std::make_shared<std::vector<End>>();
    for (auto at = begin; at != end; ++at) {
        const End& client = at->second->client;
        const bool named = std::any_of(clients->begin(), clients->end(), [&](const End& other) {
            return other.owner.pid == client.owner.pid && other.owner.start_ns == client.owner.start_ns;
        });
        if (!named) clients->push_back(client);
    }
    // Too many to tell: nobody is named rather than some.
    return clients->size() <= kMaxClients ? WaitingClients(std::move(clients)) : nullptr;
}

} // namespace dnsmon
