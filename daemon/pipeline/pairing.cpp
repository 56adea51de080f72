// SPDX-License-Identifier: Apache-2.0
#include "pipeline/pairing.h"

#include "util/byte_hash.h"

#include <algorithm>

namespace dnsmon {
namespace {

constexpr std::size_t kByKey = 0;
constexpr std::size_t kByFlowAndId = 1;

std::uint64_t hash_of_flow_and_id(const PairingKey& key) { return mix_word(FlowHash{}(key.flow), key.id); }

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

PendingQuery& PairingTable::add(const PairingKey& key) {
    const std::uint64_t flow_and_id = hash_of_flow_and_id(key);
    const std::uint64_t hash = hash_of(flow_and_id, key.question_hash);
    if (PendingQuery* known = waiting_.find<kByKey>(hash, [&](const auto& held) { return held.key == key; })) return *known;
    if (waiting_.size() >= capacity_) evict_oldest();
    PendingQuery& query = waiting_.add(hash, flow_and_id);
    without_question_ += key.question_hash == 0;
    query.key = key;
    query.time_ns = 0;
    query.retransmits = 0;
    query.answered = false;
    return query;
}

PendingQuery* PairingTable::find(const PairingKey& key) {
    const std::uint64_t flow_and_id = hash_of_flow_and_id(key);
    if (key.question_hash == 0)
        return waiting_.find<kByFlowAndId>(flow_and_id, [&](const auto& held) {
            return held.key.id == key.id && held.key.flow == key.flow;
        });
    const auto answered_by = [&](const PairingKey& asked) {
        return waiting_.find<kByKey>(hash_of(flow_and_id, asked.question_hash),
                                     [&](const auto& held) { return held.key == asked; });
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

void PairingTable::touch(PendingQuery& query, std::int64_t time_ns) {
    query.time_ns = time_ns;
    waiting_.touch(query);
}

void PairingTable::expire(std::int64_t sent_until_ns, const std::function<void(const PendingQuery&)>& on_expired) {
    for (auto* oldest = waiting_.oldest(); oldest != nullptr && oldest->time_ns <= sent_until_ns;
         oldest = waiting_.oldest()) {
        if (!oldest->answered) on_expired(*oldest);
        remove(*oldest);
    }
}

} // namespace dnsmon
