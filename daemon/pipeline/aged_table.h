// SPDX-License-Identifier: Apache-2.0
// Values found by one hash or several and kept in the order in which they came, to be given up oldest first. A slab whose
// places are used again: a steady load allocates nothing. No look-up walks farther than kMostVisited. Not bounded by
// itself: the caller removes oldest() where there are too many. One thread.
#pragma once

#include "util/random_word.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dnsmon {

template <typename Value, std::size_t Keys = 1>
class AgedTable {
  public:
    /// Values that a look-up visits at most, newest first. Honest hashes need a handful.
    static constexpr std::size_t kMostVisited = 32;
    AgedTable() { clear_buckets(); }

    /// The newest value: one that was used before, to be filled in by the caller. References are taken anew after it.
    template <typename... Hash>
        requires(sizeof...(Hash) == Keys)
    [[nodiscard]] Value& add(Hash... hashes) {
        const Index index = take_slot();
        slots_[index].chained = {Chained{hashes}...};
        link_buckets(index);
        link_newest(index);
        ++size_;
        return slots_[index];
    }

    /// The newest with this hash that `fits`; nullptr: none.
    template <std::size_t Key = 0, typename Fits>
    [[nodiscard]] Value* find(std::uint64_t hash, const Fits& fits) {
        std::size_t left = kMostVisited;
        for (Index i = bucket_of(Key, hash); i != kNone && left != 0; i = slots_[i].chained[Key].next, --left)
            if (slots_[i].chained[Key].hash == hash && fits(slots_[i])) return &slots_[i];
        return nullptr;
    }

    /// Those with this hash, newest first.
    template <typename Visit>
    void for_each(std::uint64_t hash, const Visit& visit) {
        (void)find(hash, [&](Value& value) { return visit(value), false; });
    }

    /// The oldest; nullptr: the table is empty.
    [[nodiscard]] Value* oldest() { return oldest_ == kNone ? nullptr : &slots_[oldest_]; }

    /// `value` keeps what it holds until its place is used again.
    void remove(Value& value) {
        const Index index = index_of(value);
        for (std::size_t key = 0; key < Keys; ++key) unlink_bucket(key, index);
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
    struct Chained {
        std::uint64_t hash = 0;
        Index next = kNone, previous = kNone; ///< in its bucket
    };
    struct Slot : Value {
        std::array<Chained, Keys> chained{};
        Index older = kNone, newer = kNone;
    };

    [[nodiscard]] Index index_of(Value& value) const {
        return static_cast<Index>(static_cast<const Slot*>(&value) - slots_.data());
    }
    /// Which hashes share a bucket is known to nobody outside (multiply-shift: Dietzfelbinger et al., 1997).
    [[nodiscard]] Index& bucket_of(std::size_t key, std::uint64_t hash) {
        return buckets_[key][(hash * multiplier_) >> (64 - bucket_bits_)];
    }

    Index take_slot() {
        if (!free_.empty()) {
            const Index index = free_.back();
            free_.pop_back();
            return index;
        }
        slots_.emplace_back();
        if (slots_.size() > buckets_[0].size()) grow_buckets();
        return static_cast<Index>(slots_.size() - 1);
    }

    void grow_buckets() {
        bucket_bits_ = static_cast<unsigned>(std::bit_width(slots_.size() - 1));
        clear_buckets();
        for (Index i = oldest_; i != kNone; i = slots_[i].newer) link_buckets(i);
    }

    void clear_buckets() {
        for (auto& buckets : buckets_) buckets.assign(std::size_t{1} << bucket_bits_, kNone);
    }
    void link_buckets(Index index) {
        for (std::size_t key = 0; key < Keys; ++key) {
            Chained& chained = slots_[index].chained[key];
            Index& bucket = bucket_of(key, chained.hash);
            chained.next = bucket;
            chained.previous = kNone;
            if (bucket != kNone) slots_[bucket].chained[key].previous = index;
            bucket = index;
        }
    }

    void unlink_bucket(std::size_t key, Index index) {
        const Chained& gone = slots_[index].chained[key];
        (gone.previous == kNone ? bucket_of(key, gone.hash) : slots_[gone.previous].chained[key].next) = gone.next;
        if (gone.next != kNone) slots_[gone.next].chained[key].previous = gone.previous;
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

    std::vector<Slot> slots_; ///< never shrinks
    std::array<std::vector<Index>, Keys> buckets_; ///< 2 to the bucket_bits_ each, at least as many as slots_
    std::vector<Index> free_;
    std::uint64_t multiplier_ = random_word() | 1;
    unsigned bucket_bits_ = 8;
    Index oldest_ = kNone, newest_ = kNone;
    std::size_t size_ = 0;
};

} // namespace dnsmon
