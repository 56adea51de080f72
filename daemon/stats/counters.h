// SPDX-License-Identifier: Apache-2.0
// Every user-space counter of the program, in one table: name, what it counts. Each thread adds to its own
// Counters (relaxed atomics, no sharing) and says how full its tables are; the loop thread sums them for the statistics.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace dnsmon {

enum class Counter : std::uint8_t {
    // packets: kernel_submitted = packets_received; packets_received = the sum of what became of them
    kPacketsReceived,
    kPacketsMessage,
    kPacketsStream,
    kPacketsFragment,
    kPacketsControl,
    kPacketsDuplicate,
    kPacketsNotDns,
    kPacketsMalformed,
    // messages: messages_found + timeouts = events_filtered + events_encoded
    kMessagesFound,
    kTimeouts,
    kEventsFiltered,
    kEventsEncoded,
    // what reassembly gave up
    kFragmentsExpired,
    kFragmentsEvicted,
    kStreamsEvicted,
    kStreamGaps,
    kStreamBytesLost,
    kStreamsNotDns,
    // pairing
    kRetransmits,
    kUnsolicited,
    kPairingEvicted,
    kDecodeErrors,
    // process details
    kDetailsRead,
    kDetailsGone,
    kUnattributed,
    kCount,
};

/// How many entries a worker's tables have now.
enum class Fill : std::uint8_t { kPairing, kStreams, kCount };

struct CounterInfo {
    Counter counter;
    const char* name; ///< snake_case, key of the statistics event
    const char* help;
};
/// In enum order, one row each.
extern const std::array<CounterInfo, static_cast<std::size_t>(Counter::kCount)> kCounterTable;

class Counters {
  public:
    void add(Counter counter, std::uint64_t n = 1) {
        auto& slot = values_[static_cast<std::size_t>(counter)];
        // One writer per Counters: a load and a store are enough, and cheaper than a locked add.
        slot.store(slot.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t get(Counter counter) const {
        return values_[static_cast<std::size_t>(counter)].load(std::memory_order_relaxed);
    }
    void set(Fill fill, std::size_t entries) {
        fill_[static_cast<std::size_t>(fill)].store(entries, std::memory_order_relaxed);
    }
    [[nodiscard]] std::size_t get(Fill fill) const {
        return fill_[static_cast<std::size_t>(fill)].load(std::memory_order_relaxed);
    }

  private:
    std::array<std::atomic<std::size_t>, static_cast<std::size_t>(Fill::kCount)> fill_{};
    std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(Counter::kCount)> values_{};
};

} // namespace dnsmon
