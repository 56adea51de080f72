// SPDX-License-Identifier: Apache-2.0
// Queries that wait for their answer. One table per worker thread: a flow's both directions meet in one worker. Bounded;
// the oldest query goes first when the table is full. Entries live in a slab and are reused, so that a steady load
// allocates nothing.
#pragma once

#include "pipeline/packet_batch.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace dnsmon {

/// What joins an answer to its query: who asked whom, the message's id, and the question.
struct PairingKey {
    Flow flow; ///< client to server
    std::uint16_t id = 0;
    std::uint64_t question_hash = 0; ///< 0: no question; an answer without one fits any query of the flow and id
};

struct PendingQuery {
    PairingKey key;
    std::int64_t time_ns = 0; ///< first transmission
    std::uint32_t retransmits = 0;
    bool answered = false; ///< a zone transfer that may bring more messages
    Direction direction = Direction::kUnknown;
    bool heuristic = false;
    const std::string* interface = nullptr;
    End client;
    End server;
    std::vector<std::uint8_t> wire; ///< the query itself, for the timeout event
    std::uint32_t slot = 0;         ///< the table's own: where it keeps this query
};

class PairingTable {
  public:
    explicit PairingTable(std::size_t entries);
    /// Room for another number of queries; where they are more, the oldest go. 0: all go.
    void resize(std::size_t entries);

    /// The slot of a query: a new one (time_ns == 0, to be filled in by the caller) or, for a retransmission, the old.
    PendingQuery& add(const PairingKey& key);
    /// The query that this answers; nullptr: nobody asked. Valid until the next add() or remove().
    [[nodiscard]] PendingQuery* find(const PairingKey& key);
    void remove(PendingQuery& query);
    /// Moves a query that goes on (zone transfer) to the end of the line.
    void touch(PendingQuery& query, std::int64_t time_ns);

    /// Takes out every query first sent at or before `sent_until_ns`, oldest first, each handed to `on_expired` once.
    void expire(std::int64_t sent_until_ns, const std::function<void(const PendingQuery&)>& on_expired);

    [[nodiscard]] std::size_t size() const { return used_; }
    [[nodiscard]] std::uint64_t evicted() const { return evicted_; } ///< unanswered queries pushed out by newer ones

  private:
    using Index = std::uint32_t;
    static constexpr Index kNone = 0xffffffff;
    struct Slot {
        PendingQuery query;
        Index next_in_bucket = kNone;
        Index older = kNone; ///< age list
        Index newer = kNone;
    };

    [[nodiscard]] std::size_t bucket_of(const PairingKey& key) const;
    [[nodiscard]] Index lookup(const PairingKey& key) const;
    [[nodiscard]] Index take_slot();
    void evict_oldest();
    void release(Index index);
    void link_newest(Index index);
    void unlink_age(Index index);

    std::size_t capacity_;
    std::vector<Index> buckets_;
    std::vector<Slot> slots_; ///< grows up to capacity_, never shrinks; references are taken anew after growth
    std::vector<Index> free_;
    Index oldest_ = kNone;
    Index newest_ = kNone;
    std::size_t used_ = 0;
    std::uint64_t evicted_ = 0;
};

} // namespace dnsmon
