// SPDX-License-Identifier: Apache-2.0
// Who a local resolver asks for: the clients of this host that wait for its answer to the very question that it sends
// on. Knows UDP messages and TCP messages that fill one segment. Loop thread only, in the order of the packets; bounded
// in entries and time.
#pragma once

#include "pipeline/aged_table.h"
#include "pipeline/packet_batch.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace dnsmon {

class Recursion {
  public:
    explicit Recursion(std::int64_t timeout_ns, std::size_t entries = 4096)
        : timeout_ns_(timeout_ns), capacity_(entries) {}

    void set_timeout(std::int64_t timeout_ns) { timeout_ns_ = timeout_ns; }
    /// Remembers a query to a local server until it is answered; sets `item.on_behalf_of` on a query by such a server.
    void note(PacketItem& item, std::span<const std::uint8_t> payload);
    [[nodiscard]] std::size_t size() const { return waiting_.size(); }

  private:
    struct Key {
        std::uint64_t question = 0;
        std::uint32_t server_pid = 0;
        bool operator==(const Key&) const = default;
        [[nodiscard]] std::uint64_t hash() const { return question + server_pid; }
    };
    struct Waiting {
        Key key;
        std::int64_t time_ns = 0;
        Flow flow; ///< client to server
        std::uint16_t id = 0;
        EndPtr client;
    };

    void expire(std::int64_t now_ns);
    void add(const Key& key, const PacketItem& query, std::uint16_t id);
    void remove(const Key& key, const Flow& flow, std::uint16_t id);
    void remove(Waiting& waiting);
    [[nodiscard]] WaitingClients clients_of(const Key& key);

    std::int64_t timeout_ns_;
    std::size_t capacity_;
    AgedTable<Waiting> waiting_;
};

} // namespace dnsmon
