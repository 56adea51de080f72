// SPDX-License-Identifier: Apache-2.0
// Values found by a hash and kept in the order in which they came: what waits for something, and is given up oldest
// first. A slab whose places are used again, so that a steady load allocates nothing, and no more memory than the load
// needs is touched. Not bounded by itself: the caller removes oldest() where there are too many. One thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dnsmon {

template <typename Value>
class AgedTable {
  public:
    AgedTable() : buckets_(kFirstBuckets, kNone) {}

    /// The newest value: one that was used before, to be filled in by the caller. References are taken anew after it.
    [[nodiscard]] Value& add(std::uint64_t hash) {
        const Index index = take_slot();
        slots_[index].hash = hash;
        link_bucket(index);
        link_newest(index);
        ++size_;
        return slots_[index];
    }

    /// The newest with this hash that `fits`; nullptr: none.
    template <typename Fits>
    [[nodiscard]] Value* find(std::uint64_t hash, const Fits& fits) {
        for (Index i = bucket_of(hash); i != kNone; i = slots_[i].next_in_bucket)
            if (slots_[i].hash == hash && fits(slots_[i])) return &slots_[i];
        return nullptr;
    }

    /// All with this hash, newest first.
    template <typename Visit>
    void for_each(std::uint64_t hash, const Visit& visit) {
        for (Index i = bucket_of(hash); i != kNone; i = slots_[i].next_in_bucket)
            if (slots_[i].hash == hash) visit(slots_[i]);
    }

    /// The oldest; nullptr: the table is empty.
    [[nodiscard]] Value* oldest() { return oldest_ == kNone ? nullptr : &slots_[oldest_]; }

    /// `value` keeps what it holds until its place is used again.
    void remove(Value& value) {
        const Index index = index_of(value);
        Index* link = &bucket_of(slots_[index].hash);
        while (*link != index) link = &slots_[*link].next_in_bucket;
        *link = slots_[index].next_in_bucket;
        unlink_age(index);
        free_.push_back(index);
        --size_;
    }

    /// As if it had come just now.
    void touch(Value& value) {
        const Index index = index_of(value);
        unlink_age(index);
        link_newest(index);
    }

    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    using Index = std::uint32_t;
    static constexpr Index kNone = 0xffffffff;
    static constexpr std::size_t kFirstBuckets = 256;
    struct Slot : Value {
        std::uint64_t hash = 0;
        Index next_in_bucket = kNone;
        Index older = kNone;
        Index newer = kNone;
    };

    [[nodiscard]] Index index_of(Value& value) const {
        return static_cast<Index>(static_cast<const Slot*>(&value) - slots_.data());
    }
    [[nodiscard]] Index& bucket_of(std::uint64_t hash) { return buckets_[hash & (buckets_.size() - 1)]; }

    Index take_slot() {
        if (!free_.empty()) {
            const Index index = free_.back();
            free_.pop_back();
            return index;
        }
        slots_.emplace_back();
        if (slots_.size() > buckets_.size()) grow_buckets();
        return static_cast<Index>(slots_.size() - 1);
    }

    void grow_buckets() {
        buckets_.assign(std::bit_ceil(slots_.size()), kNone);
        for (Index i = oldest_; i != kNone; i = slots_[i].newer) link_bucket(i);
    }

    void link_bucket(Index index) {
        Index& bucket = bucket_of(slots_[index].hash);
        slots_[index].next_in_bucket = bucket;
        bucket = index;
    }

    void link_newest(Index index) {
        slots_[index].older = newest_;
        slots_[index].newer = kNone;
        (newest_ == kNone ? oldest_ : slots_[newest_].newer) = index;
        newest_ = index;
    }

    void unlink_age(Index index) {
        const Slot& slot = slots_[index];
        (slot.older == kNone ? oldest_ : slots_[slot.older].newer) = slot.newer;
        (slot.newer == kNone ? newest_ : slots_[slot.newer].older) = slot.older;
    }

    std::vector<Slot> slots_;    ///< never shrinks
    std::vector<Index> buckets_; ///< a power of two, at least as many as slots_
    std::vector<Index> free_;
    Index oldest_ = kNone;
    Index newest_ = kNone;
    std::size_t size_ = 0;
};

} // namespace dnsmon
