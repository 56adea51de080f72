// SPDX-License-Identifier: Apache-2.0
// From transport payloads to encoded events, for the flows of one worker: TCP streams, decoding, pairing, filtering,
// encoding. Holds all state of those flows and no thread: a worker thread, a test or a benchmark drives it.
#pragma once

#include "config/config.h"
#include "dns/message.h"
#include "event/encoder.h"
#include "event/event.h"
#include "event/journal_fields.h"
#include "output/batch.h"
#include "packet/tcp_stream.h"
#include "pipeline/filter.h"
#include "pipeline/packet_batch.h"
#include "pipeline/pairing.h"
#include "pipeline/redaction.h"
#include "process/user_names.h"
#include "stats/counters.h"
#include "stats/server_latency.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dnsmon {

struct TrackerOptions {
    FilterConfig filter;
    PrivacyConfig privacy;
    PairingConfig pairing; ///< entries: of this tracker, not of all workers
    Format format = Format::kEcs;
    EncoderOptions encoder;
    bool journal_fields = false;
    bool user_names = true;
};

class Tracker {
  public:
    /// `sequence` numbers the events of all trackers; it outlives them.
    Tracker(const TrackerOptions& options, std::atomic<std::uint64_t>& sequence);

    /// From the next item on. What is known of flows, and queries that wait for their answer, stay.
    void reconfigure(const TrackerOptions& options);
    /// Appends the events of `item` to `out`.
    void handle(const PacketItem& item, std::span<const std::uint8_t> payload, Batch& out);
    /// What is due at `now_ns`: queries without an answer, idle streams.
    void advance(std::int64_t now_ns, Batch& out);
    /// The end: what unfinished streams still hold. Queries that wait are left alone, their time is not up.
    void finish(Batch& out);

    [[nodiscard]] const Counters& counters() const { return counters_; }
    [[nodiscard]] const ServerLatency& server_latency() const { return servers_; } ///< any thread

  private:
    void handle_segment(const PacketItem& item, std::span<const std::uint8_t> payload, Batch& out);
    void handle_message(const PacketItem& item, const StreamMessage& piece, Batch& out);
    void pair_query(const PacketItem& item, const StreamMessage& piece, Event& event);
    PendingQuery* pair_response(const PacketItem& item, Event& event);
    void set_processes(Event& event, const End* client, const End* server);
    void set_on_behalf_of(Event& event, const PacketItem& item);
    void emit(Event& event, Batch& out);
    void handle_late(const Flow& flow, const StreamMessage& piece, bool heuristic, Batch& out);
    void note_stream_losses();
    void note_fill();
    void expire_queries(std::int64_t now_ns, Batch& out);

    TrackerOptions options_;
    std::atomic<std::uint64_t>& sequence_;
    Filter filter_;
    Redaction redaction_;
    std::unique_ptr<Encoder> encoder_;
    JournalFields journal_;
    TcpStreams streams_;         ///< on the ports where DNS is expected
    TcpStreams guessed_streams_; ///< on all others; a table of its own, so that these never push those out
    PairingTable pairing_;
    UserNames names_;
    std::vector<LocalProcess> on_behalf_of_; ///< of the event that is being made
    dns::Message message_;
    Counters counters_;
    ServerLatency servers_;
    StreamLosses noted_losses_;
    std::uint64_t noted_evicted_ = 0;
};

} // namespace dnsmon
