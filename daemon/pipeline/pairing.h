// SPDX-License-Identifier: Apache-2.0
// Queries that wait for their answer. One table per worker thread: a flow's both directions meet in one worker. Bounded;
// the oldest query goes first when the table is full.
#pragma once

#include "pipeline/aged_table.h"
#include "pipeline/packet_batch.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dnsmon {

/// What joins an answer to its query: who asked whom, the message's id, and the question.
struct PairingKey {
    Flow flow; ///< client to server
    std::uint16_t id = 0;
    std::uint64_t question_hash = 0; ///< 0: no question
    bool operator==(const PairingKey&) const = default;
};

/// Who sends a query: what tells one that is sent again from one that only looks the same.
struct Asker {
    const End* client = nullptr;  ///< null: not known
    std::uint64_t connection = 0; ///< StreamMessage::connection
};

struct PendingQuery {
    PairingKey key;
    std::int64_t time_ns = 0;        ///< first transmission
    std::int64_t last_answer_ns = 0; ///< of a zone transfer: its latest message so far
    std::uint32_t retransmits = 0;
    std::uint32_t answers = 0; ///< so far: as many may come as it was sent
    bool zone_transfer = false; ///< answered by any number of messages
    bool answered = false; ///< and more may come: a zone transfer's next message, an answer for each time it was sent
    bool cut_off = false;  ///< asked on a connection that is no more: no answer can come
    std::uint64_t connection = 0;
    std::uint32_t netns = 0;
    Direction direction = Direction::kUnknown;
    bool heuristic = false;
    const std::string* interface = nullptr;
    EndPtr client;
    EndPtr server;
    std::vector<std::uint8_t> wire; ///< the query itself, for the timeout event
};

class PairingTable {
  public:
    explicit PairingTable(std::size_t entries);
    /// Room for another number of queries; where they are more, the oldest go. 0: all go.
    void resize(std::size_t entries);

    /// The slot of a query: a new one (time_ns == 0, to be filled in by the caller) or, for a retransmission, the old. What
    /// another process asks, or on another connection, is a query of its own beside the one that is there.
    PendingQuery& add(const PairingKey& key, const Asker& asker = {});
    /// The query that this answers; nullptr: nobody asked. Without a question in one of the two the newest of the flow and
    /// id; of several that fit the newest. Valid until the next add() or remove().
    [[nodiscard]] PendingQuery* find(const PairingKey& key);
    /// The query that `server` answers from another address than it was asked at, for translation on this host has changed that
    /// (`nft … dnat to 127.0.0.1:53`): same client, id and question, and the process that got it. nullptr: there is none.
    [[nodiscard]] PendingQuery* find_translated(const PairingKey& key, const End* server);
    void remove(PendingQuery& query);
    /// An answer that another may follow: that one has as long as the first had.
    void goes_on(PendingQuery& query, std::int64_t time_ns);

    /// Takes out every query first sent at or before `until_ns` and every zone transfer that has brought nothing since,
    /// oldest first. Those without an answer are handed to `on_expired` once.
    void expire(std::int64_t until_ns, const std::function<void(const PendingQuery&)>& on_expired);

    [[nodiscard]] std::size_t size() const { return waiting_.size(); }
    [[nodiscard]] std::uint64_t evicted() const { return evicted_; } ///< unanswered queries pushed out by newer ones

  private:
    void evict_oldest();

    std::size_t capacity_;
    AgedTable<PendingQuery, 2> waiting_; ///< by all of the key; by its client and id
    std::size_t without_question_ = 0;   ///< of those that wait
    std::uint64_t evicted_ = 0;
};

} // namespace dnsmon
