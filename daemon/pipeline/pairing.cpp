// SPDX-License-Identifier: Apache-2.0
#include "pipeline/pairing.h"

#include "util/byte_hash.h"

#include <algorithm>

namespace dnsmon {
namespace {

constexpr std::size_t kByKey = 0;
constexpr std::size_t kByFlowAndId = 1;

std::uint64_t hash_of_flow_and_id(const PairingKey& key) { return mix_word(FlowHash{}(key.flow), key.id); }

/// Owners that were found in /proc are one of those that hold the socket, which need not be the one that sends next.
bool sure(const End* end) { return end != nullptr && end->owner.attribution != Attribution::kProcfs; }

bool another_process(const End* a, const End* b) {
    if (!sure(a) || !sure(b)) return false;
    const auto start_a = a->owner.start_ns;
    const auto start_b = b->owner.start_ns;
    return a->owner.pid != b->owner.pid || (start_a != 0 && start_b != 0 && start_a != start_b);
}

std::uint64_t hash_of(std::uint64_t flow_and_id, std::uint64_t question) { return mix_word(flow_and_id, question); }

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
    const std::uint64_t flow_and_id = hash_of_flow_and_id(key);
    const std::uint64_t hash = hash_of(flow_and_id, key.question_hash);
    // The one that is sent again may stand behind what others have asked since.
    PendingQuery* known = waiting_.find<kByKey>(hash, [&](PendingQuery& held) {
        if (held.key != key) return false;
        held.cut_off = held.connection != asker.connection;
        return !held.cut_off && !another_process(held.client.get(), asker.client);
    });
    if (known != nullptr) return *known;
    if (waiting_.size() >= capacity_) evict_oldest();
    PendingQuery& query = waiting_.add(hash, flow_and_id);
    without_question_ += key.question_hash == 0;
    query.key = key;
    query.time_ns = 0;
    query.retransmits = 0;
    query.last_answer_ns = 0;
    query.zone_transfer = query.answered = query.cut_off = false;
    query.connection = asker.connection;
    query.client = kept(asker.client);
    return query;
}

PendingQuery* PairingTable::find(const PairingKey& key) {
    const std::uint64_t flow_and_id = hash_of_flow_and_id(key);
    if (key.question_hash == 0)
        return waiting_.find<kByFlowAndId>(flow_and_id, [&](const auto& held) {
            return held.key.id == key.id && held.key.flow == key.flow && !held.cut_off;
        });
    const auto answered_by = [&](const PairingKey& asked) {
        return waiting_.find<kByKey>(hash_of(flow_and_id, asked.question_hash),
                                     [&](const auto& held) { return held.key == asked && !held.cut_off; });
    };
    PendingQuery* query = answered_by(key);
    if (query == nullptr && without_question_ != 0) query = answered_by({key.flow, key.id, 0});
    return query;
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
