// SPDX-License-Identifier: Apache-2.0
// One thread that takes the workers' batches through a queue bounded in bytes and writes each to every sink. Owns the
// sinks and the books: what each took, what was lost where and why, from when to when. Never drops a batch because
// it is busy: whoever delivers waits.
#pragma once

#include "output/batch.h"
#include "output/sink.h"
#include "util/bounded_queue.h"

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace dnsmon {

using DroppedByReason = std::array<std::uint64_t, kDropReasons>; ///< index: DropReason

struct SinkStatus {
    std::string name;
    std::uint64_t written = 0; ///< events
    DroppedByReason dropped{}; ///< events
    bool failing = false;      ///< an outage is going on
};

struct WriterStatus {
    /// An event is written when at least one sink took it; otherwise dropped, by the reason of the sink that took most
    /// of its batch. written + Σ dropped = what was delivered and is no longer queued.
    std::uint64_t written = 0;
    DroppedByReason dropped{};
    std::vector<SinkStatus> sinks;
    std::size_t queued_bytes = 0;
    std::uint64_t pending = 0;   ///< events delivered and neither written nor dropped yet: queued, or in the sinks' hands
    std::uint64_t heartbeat = 0; ///< grows with every batch; stands still with pending > 0: the writer hangs
};

/// What the loop tells the log and, when an outage ended, as a loss event.
struct SinkNews {
    enum class Kind : std::uint8_t { kOutageBegan, kOutageEnded, kOutageAtStop, kTrouble };
    Kind kind = Kind::kTrouble;
    std::string sink;
    DropReason reason = DropReason::kNone; ///< of the outage's first loss, or of the trouble
    std::string detail;                    ///< the system's words
    std::int64_t from_ns = 0;              ///< first loss, since the epoch
    std::int64_t to_ns = 0;   ///< kOutageEnded: first batch that was taken whole again; kOutageAtStop: stop()
    std::uint64_t events = 0; ///< kOutageEnded, kOutageAtStop: lost in it
};

class Writer {
  public:
    static constexpr std::size_t kQueueBytes = 8U << 20;

    /// `on_news` is called on the writer thread when take_news() has something; it must not block.
    explicit Writer(std::vector<std::unique_ptr<Sink>> sinks, std::function<void()> on_news = {},
                    std::size_t queue_bytes = kQueueBytes);
    ~Writer(); ///< as stop()
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    /// Other sinks from here on: what was delivered before still goes to the old ones. Those whose name is in `kept`
    /// stay as they are; books are by name and go on. Loop thread.
    void replace_sinks(std::vector<std::string> kept, std::vector<std::unique_ptr<Sink>> added);
    [[nodiscard]] bool wants_journal_fields() const { return wants_journal_fields_; } ///< loop thread

    /// Any thread. Waits for room, takes `full`, returns an empty batch whose buffers were used before. After stop()
    /// the events count as dropped (closed).
    [[nodiscard]] Batch deliver(Batch full);
    /// Any thread: waits until every event delivered before is written or dropped.
    void drain();
    /// Any thread: asks every sink to open its file again, after what is queued before it or earlier.
    void reopen();
    /// Writes all that was delivered, ends the thread. Outages still going on are reported as kOutageAtStop.
    void stop();

    [[nodiscard]] WriterStatus status() const;       ///< any thread
    [[nodiscard]] std::vector<SinkNews> take_news(); ///< any thread; what came since the last call

  private:
    struct Output; ///< the books of a sink, also when it is gone
    struct Replacement {
        std::vector<std::string> kept;
        std::vector<std::unique_ptr<Sink>> added;
    };
    struct Job { ///< a batch, or other sinks
        Batch batch;
        std::unique_ptr<Replacement> replacement;
    };
    struct Active { ///< a sink in use and where its books are
        std::unique_ptr<Sink> sink;
        std::size_t output = 0;
    };

    void run();
    void activate(std::unique_ptr<Sink> sink);
    void replace(Replacement replacement);
    void write(const Batch& batch);
    void settle(std::uint64_t written, std::uint64_t dropped, DropReason reason);
    void book(Output& output, const WriteOutcome& outcome, std::int64_t now_ns);
    void end_outage(Output& output, std::int64_t now_ns, SinkNews::Kind kind = SinkNews::Kind::kOutageEnded);
    void reopen_sinks();
    void tell(SinkNews news);

    std::vector<Active> sinks_;         ///< writer thread
    bool wants_journal_fields_ = false; ///< loop thread
    std::function<void()> on_news_;     ///< constant
    BoundedQueue<Job> queue_;
    BoundedQueue<Batch> empty_;
    std::atomic<bool> reopen_{false};
    std::atomic<std::uint64_t> heartbeat_{0};

    std::atomic<std::uint64_t> delivered_{0}; ///< events

    mutable std::mutex books_; ///< guards what follows; held for bookkeeping only, never while writing
    std::vector<Output> outputs_;
    std::uint64_t written_ = 0;
    DroppedByReason dropped_{};
    std::uint64_t settled_ = 0; ///< events: written_ + Σ dropped_
    std::condition_variable settled_more_;
    std::vector<SinkNews> news_;

    std::thread thread_; ///< last: starts when all else is there
};

} // namespace dnsmon
