// SPDX-License-Identifier: Apache-2.0
#include "pipeline/pairing.h"

#include "process/proc_files.h"
#include "util/byte_hash.h"

#include <algorithm>

namespace dnsmon {
namespace {

constexpr std::size_t kByKey = 0;
constexpr std::size_t kByClientAndId = 1;

std::uint64_t hash_of(const PairingKey& key) { return mix_word(mix_word(FlowHash{}(key.flow), key.id), key.question_hash); }
std::uint64_t hash_of_client_and_id(const PairingKey& key) {
    return mix_word(key.flow.hash_of_end(key.flow.source), key.id);
}

/// Owners that were found in /proc are one of those that hold the socket, which need not be the one that sends next.
bool sure(const End* end) { return end != nullptr && end->owner.attribution != Attribution::kProcfs; }

/// In ticks, for /proc tells no more; no pid is used again within one.
bool same_process(const Owner& a, const Owner& b) {
    return a.pid == b.pid && (a.start_ns == 0 || b.start_ns == 0 || to_ticks(a.start_ns) == to_ticks(b.start_ns));
}

bool another_process(const End* a, const End* b) { return sure(a) && sure(b) && !same_process(a->owner, b->owner); }

} // namespace

PairingTable::PairingTable(std::size_t entries) : capacity_(std::max<std::size_t>(entries, 1)) {}

void PairingTable::resize(std::size_t entries) {
    while (waiting_.size() > entries) evict_oldest();
    capacity_ = std::max<std::size_t>(entries, 1);
}

void PairingTable::evict_oldest() {
    PendingQuery& oldest = *waiting_.oldest();
    if (!oldest.answered) ++evicted_;
    remove(oldest);
}

PendingQuery& PairingTable::add(const PairingKey& key, const Asker& asker) {
    const std::uint64_t hash = hash_of(key);
    // The one that is sent again may stand behind what others have asked since.
    PendingQuery* known = waiting_.find<kByKey>(hash, [&](PendingQuery& held) {
        if (held.key != key || (held.answered && !held.zone_transfer)) return false; // asked anew, not once more
        held.cut_off = held.connection != asker.connection;
        return !held.cut_off && !another_process(held.client.get(), asker.client);
    });
    if (known != nullptr) return *known;
    if (waiting_.size() >= capacity_) evict_oldest();
    PendingQuery& query = waiting_.add(hash, hash_of_client_and_id(key));
    without_question_ += key.question_hash == 0;
    query.key = key;
    query.time_ns = 0;
    query.retransmits = query.answers = 0;
    query.last_answer_ns = 0;
    query.zone_transfer = query.answered = query.cut_off = false;
    query.connection = asker.connection;
    query.client = kept(asker.client);
    return query;
}

PendingQuery* PairingTable::find(const PairingKey& key) {
    if (key.question_hash == 0)
        return waiting_.find<kByClientAndId>(hash_of_client_and_id(key), [&](const auto& held) {
            return held.key.id == key.id && held.key.flow == key.flow && !held.cut_off;
        });
    const auto answered_by = [&](const PairingKey& asked) {
        return waiting_.find<kByKey>(hash_of(asked),
                                     [&](const auto& held) { return held.key == asked && !held.cut_off; });
    };
    PendingQuery* query = answered_by(key);
    if (query == nullptr && without_question_ != 0) query = answered_by({key.flow, key.id, 0});
    return query;
}

PendingQuery* PairingTable::find_translated(const PairingKey& key, const End* server) {
    if (key.question_hash == 0 || server == nullptr) return nullptr;
    return waiting_.find<kByClientAndId>(hash_of_client_and_id(key), [&](const auto& held) {
        PairingKey asked = held.key;
        asked.flow.destination = key.flow.destination;
        return asked == key && !held.cut_off && held.server && same_process(held.server->owner, server->owner);
    });
}

void PairingTable::remove(PendingQuery& query) {
    without_question_ -= query.key.question_hash == 0;
    query.client.reset();
    query.server.reset();
    waiting_.remove(query);
}

void PairingTable::goes_on(PendingQuery& query, std::int64_t time_ns) {
    query.answered = true;
    query.last_answer_ns = time_ns;
    waiting_.touch(query);
}

void PairingTable::expire(std::int64_t until_ns, const std::function<void(const PendingQuery&)>& on_expired) {
    for (auto* oldest = waiting_.oldest();
         oldest != nullptr && std::max(oldest->time_ns, oldest->last_answer_ns) <= until_ns; oldest = waiting_.oldest()) {
        if (!oldest->answered) on_expired(*oldest);
        remove(*oldest);
    }
}

} // namespace dnsmon
