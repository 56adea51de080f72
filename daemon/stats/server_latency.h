// SPDX-License-Identifier: Apache-2.0
// Latencies of the servers that one worker sees. The worker adds, without a lock and without allocating; any thread may
// read at the same time. Bounded: so many servers, the rest together. A server that was silent for a day makes room for
// one that is new, and what was counted for it is forgotten.
#pragma once

#include "stats/latency_histogram.h"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace dnsmon {

using ServerAddress = std::array<std::uint8_t, 16>; ///< IPv4 as ::ffff:a.b.c.d

constexpr std::size_t kMaxServers = 64;

struct ServerAnswers {
    std::optional<ServerAddress> server; ///< nullopt: all that have no row of their own
    std::uint64_t timeouts = 0;
    LatencyHistogram latency;
};

class ServerLatency {
  public:
    ServerLatency();

    void answered(const ServerAddress& server, std::int64_t time_ns, std::int64_t latency_ns);
    void timed_out(const ServerAddress& server, std::int64_t time_ns);

    /// Every server with what was counted for it so far; the rest last. Any thread.
    [[nodiscard]] std::vector<ServerAnswers> read() const;

  private:
    using Count = std::atomic<std::uint64_t>;
    struct Slot {
        std::atomic<std::uint32_t> version{0}; ///< odd while the slot changes hands
        std::array<Count, 2> address{};
        std::array<Count, kLatencySteps> counts{};
        Count sum_ns{0};
        Count timeouts{0};
        std::int64_t last_ns = 0; ///< the worker's alone, as are the members below
        bool used = false;
    };

    Slot& slot_of(const ServerAddress& server, std::int64_t time_ns);
    Slot* take_slot(std::int64_t time_ns);
    void assign(Slot& slot, const ServerAddress& server);
    void rebuild_index();
    static bool read_slot(const Slot& slot, ServerAnswers& out);

    static constexpr std::size_t kOther = kMaxServers;
    static constexpr std::size_t kIndexEntries = 4 * kMaxServers; // a power of two
    std::vector<Slot> slots_;                                     ///< kMaxServers, and one for the rest
    std::array<std::uint8_t, kIndexEntries> index_{};             ///< slot + 1, 0: free
    std::int64_t full_until_ns_ = 0; ///< before this no slot can have been silent for long enough
};

/// The same servers of several workers together: at most kMaxServers, the busiest; the rest last.
[[nodiscard]] std::vector<ServerAnswers> merge_servers(const std::vector<std::vector<ServerAnswers>>& workers);

} // namespace dnsmon
