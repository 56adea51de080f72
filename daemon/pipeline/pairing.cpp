// SPDX-License-Identifier: Apache-2.0
#include "pipeline/pairing.h"

#include "util/byte_hash.h"

#include <algorithm>

namespace dnsmon {
namespace {

std::uint64_t hash_of(const PairingKey& key) {
    // The question stays out of it: an answer may come without one.
    return mix_word(FlowHash{}(key.flow), key.id);
}

} // namespace

PairingTable::PairingTable(std::size_t entries) : capacity_(std::max<std::size_t>(entries, 1)) {}

void PairingTable::resize(std::size_t entries) {
    while (waiting_.size() > entries) evict_oldest();
    capacity_ = std::max<std::size_t>(entries, 1);
}

PendingQuery* PairingTable::lookup(const PairingKey& key, std::uint64_t hash) {
    return waiting_.find(hash, [&](const PendingQuery& query) {
        const std::uint64_t held = query.key.question_hash;
        const bool question_fits = held == key.question_hash || held == 0 || key.question_hash == 0;
        return query.key.id == key.id && question_fits && query.key.flow == key.flow;
    });
}

void PairingTable::evict_oldest() {
    PendingQuery& oldest = *waiting_.oldest();
    if (!oldest.answered) ++evicted_;
    remove(oldest);
}

PendingQuery& PairingTable::add(const PairingKey& key) {
    const std::uint64_t hash = hash_of(key);
    if (PendingQuery* known = lookup(key, hash)) return *known;
    if (waiting_.size() >= capacity_) evict_oldest();
    PendingQuery& query = waiting_.add(hash);
    query.key = key;
    query.time_ns = 0;
    query.retransmits = 0;
    query.answered = false;
    return query;
}

PendingQuery* PairingTable::find(const PairingKey& key) { return lookup(key, hash_of(key)); }

void PairingTable::remove(PendingQuery& query) {
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
