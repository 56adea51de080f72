// SPDX-License-Identifier: Apache-2.0
// What the loop thread hands to a worker: transport payloads with all that is known about them, bytes in one arena.
// Filled by the loop thread, moved through the worker's queue, emptied by the worker, returned to be filled again.
#pragma once

#include "packet/flow.h"
#include "packet/packet.h"
#include "packet/transport.h"
#include "process/details.h"
#include "process/owner.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dnsmon {

/// One local end of a packet: what the kernel said, and what /proc adds. Immutable and shared: a process that sends a
/// thousand packets is one End (pipeline/ends.h).
struct End : std::enable_shared_from_this<End> {
    Owner owner;
    ProcessDetailsPtr details;

    End(const Owner& of, ProcessDetailsPtr known) : owner(of), details(std::move(known)) {}
};
using EndPtr = std::shared_ptr<const End>; ///< null: no process known

/// To keep an end for longer than its packet.
[[nodiscard]] inline EndPtr kept(const End* end) { return end == nullptr ? nullptr : end->shared_from_this(); }

/// Clients that a local resolver asks for; null: none known.
using WaitingClients = std::shared_ptr<const std::vector<EndPtr>>;

struct PacketItem {
    std::int64_t time_ns = 0;
    Flow flow;
    std::uint32_t netns = 0; ///< network namespace in which it was seen, where that is not ours
    Direction direction = Direction::kUnknown;
    bool loopback = false;
    bool heuristic = false;
    bool truncated = false;              ///< UDP: less was captured than was sent
    bool follows = false;                ///< another datagram of its packet was first: the packet counts as what that one is
    const std::string* interface = nullptr; ///< interned; lives as long as the pipeline
    std::array<const std::string*, 6> crossed{}; ///< where it was seen, in order; further ones are left out
    std::uint8_t crossed_count = 0;
    std::uint32_t payload_offset = 0;    ///< into PacketBatch::bytes
    std::uint32_t payload_bytes = 0;
    TcpSegment segment;                  ///< TCP only; its payload is set by the worker
    const End* sender = nullptr;   ///< null: none known. Kept alive by PacketBatch::ends
    const End* receiver = nullptr; ///< the same
    WaitingClients on_behalf_of;
};

struct TrackerOptions;

struct PacketBatch {
    std::vector<PacketItem> items;
    std::vector<std::uint8_t> bytes;
    std::vector<EndPtr> ends; ///< all that items point to, each at least once
    std::shared_ptr<const TrackerOptions> options; ///< in force from this batch on; null: no change
    std::int64_t now_ns = 0; ///< the source's clock when the batch was closed: what was due by then is due

    void clear() {
        items.clear();
        bytes.clear();
        ends.clear();
        options.reset();
    }
    /// What it takes of a worker's queue: its packets, or its KiB where those are more.
    [[nodiscard]] std::size_t weight() const { return std::max(items.size(), bytes.size() / 1024); }
    [[nodiscard]] std::size_t capacity_bytes() const {
        return bytes.capacity() + items.capacity() * sizeof(PacketItem) + ends.capacity() * sizeof(EndPtr);
    }
    [[nodiscard]] std::span<const std::uint8_t> payload(const PacketItem& item) const {
        return std::span(bytes).subspan(item.payload_offset, item.payload_bytes);
    }
};

} // namespace dnsmon
