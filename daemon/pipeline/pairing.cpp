// SPDX-License-Identifier: Apache-2.0
#include "pipeline/pairing.h"

#include <algorithm>
#include <bit>

namespace dnsmon {

PairingTable::PairingTable(std::size_t entries)
    : capacity_(std::max<std::size_t>(entries, 1)), buckets_(std::bit_ceil(capacity_), kNone) {}

void PairingTable::resize(std::size_t entries) {
    while (used_ > entries) evict_oldest();
    if (std::max<std::size_t>(entries, 1) == capacity_) return;
    PairingTable resized(entries);
    resized.evicted_ = evicted_;
    for (Index i = oldest_; i != kNone; i = slots_[i].newer) {
        PendingQuery& query = resized.add(slots_[i].query.key);
        const std::uint32_t slot = query.slot;
        query = std::move(slots_[i].query);
        query.slot = slot;
    }
    *this = std::move(resized);
}

std::size_t PairingTable::bucket_of(const PairingKey& key) const {
    // The question stays out of the bucket: an answer may come without one.
    const std::size_t hash = FlowHash{}(key.flow) ^ (static_cast<std::size_t>(key.id) * 0x9e3779b97f4a7c15ULL);
    return (hash ^ (hash >> 32)) & (buckets_.size() - 1);
}

PairingTable::Index PairingTable::lookup(const PairingKey& key) const {
    for (Index i = buckets_[bucket_of(key)]; i != kNone; i = slots_[i].next_in_bucket) {
        const PairingKey& held = slots_[i].query.key;
        const bool question_fits =
            held.question_hash == key.question_hash || held.question_hash == 0 || key.question_hash == 0;
        if (held.id == key.id && question_fits && held.flow == key.flow) return i;
    }
    return kNone;
}

void PairingTable::evict_oldest() {
    if (!slots_[oldest_].query.answered) ++evicted_;
    release(oldest_);
}

PairingTable::Index PairingTable::take_slot() {
    if (used_ >= capacity_) evict_oldest();
    if (free_.empty()) {
        slots_.emplace_back();
        return static_cast<Index>(slots_.size() - 1);
    }
    const Index index = free_.back();
    free_.pop_back();
    return index;
}

void PairingTable::link_newest(Index index) {
    slots_[index].older = newest_;
    slots_[index].newer = kNone;
    (newest_ == kNone ? oldest_ : slots_[newest_].newer) = index;
    newest_ = index;
}

void PairingTable::unlink_age(Index index) {
    const Slot& slot = slots_[index];
    (slot.older == kNone ? oldest_ : slots_[slot.older].newer) = slot.newer;
    (slot.newer == kNone ? newest_ : slots_[slot.newer].older) = slot.older;
}

PendingQuery& PairingTable::add(const PairingKey& key) {
    const Index known = lookup(key);
    if (known != kNone) return slots_[known].query;
    const Index index = take_slot();
    Slot& slot = slots_[index];
    slot.query.key = key;
    slot.query.slot = index;
    slot.query.time_ns = 0;
    slot.query.retransmits = 0;
    slot.query.answered = false;
    Index& bucket = buckets_[bucket_of(key)];
    slot.next_in_bucket = bucket;
    bucket = index;
    link_newest(index);
    ++used_;
    return slot.query;
}

PendingQuery* PairingTable::find(const PairingKey& key) {
    const Index index = lookup(key);
    return index == kNone ? nullptr : &slots_[index].query;
}

void PairingTable::release(Index index) {
    Index* link = &buckets_[bucket_of(slots_[index].query.key)];
    while (*link != index) link = &slots_[*link].next_in_bucket;
    *link = slots_[index].next_in_bucket;
    unlink_age(index);
    slots_[index].query.client.details.reset();
    slots_[index].query.server.details.reset();
    free_.push_back(index);
    --used_;
}

void PairingTable::remove(PendingQuery& query) { release(query.slot); }

void PairingTable::touch(PendingQuery& query, std::int64_t time_ns) {
    const Index index = query.slot;
    unlink_age(index);
    link_newest(index);
    query.time_ns = time_ns;
}

void PairingTable::expire(std::int64_t sent_until_ns, const std::function<void(const PendingQuery&)>& on_expired) {
    while (oldest_ != kNone && slots_[oldest_].query.time_ns <= sent_until_ns) {
        const Index index = oldest_;
        if (!slots_[index].query.answered) on_expired(slots_[index].query);
        release(index);
    }
}

} // namespace dnsmon
