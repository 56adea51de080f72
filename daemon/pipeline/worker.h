// SPDX-License-Identifier: Apache-2.0
// One thread that turns packet batches into event batches: a bounded queue in front, a Tracker inside, the writer behind.
// offer(), offer_last(), recycle() and wait() are the loop thread's; everything else happens on the worker's own thread.
#pragma once

#include "output/batch.h"
#include "pipeline/packet_batch.h"
#include "pipeline/tracker.h"
#include "util/bounded_queue.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace dnsmon {

/// Takes a full batch (waiting for room: this is the back pressure) and returns an empty one to fill.
using Deliver = std::function<Batch(Batch)>;

class Worker {
  public:
    /// `on_room` is called on the worker's thread when it took a batch after one was refused.
    Worker(const TrackerOptions& options, std::atomic<std::uint64_t>& sequence, std::size_t queue_packets,
           Deliver deliver, std::function<void()> on_room);
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// False, with `batch` untouched: the queue is full.
    [[nodiscard]] bool offer(PacketBatch& batch);
    /// An empty batch whose buffers were used before, or a new one.
    [[nodiscard]] PacketBatch recycle();
    /// The last batch, waiting for room; nothing may be offered afterwards.
    void offer_last(PacketBatch& batch);
    /// Returns when every batch is through. Only after offer_last().
    void wait();

    [[nodiscard]] const Counters& counters() const { return tracker_.counters(); }
    [[nodiscard]] std::vector<ServerAnswers> servers() const { return tracker_.server_latency().read(); }
    [[nodiscard]] std::size_t queued_packets() const { return queue_.weight(); }

  private:
    void run();

    Tracker tracker_;
    BoundedQueue<PacketBatch> queue_;
    BoundedQueue<PacketBatch> empty_;
    std::atomic<bool> refused_{false}; ///< the loop waits for room: it is woken only then, wake-ups are dear
    Deliver deliver_;
    std::function<void()> on_room_;
    std::thread thread_;
};

} // namespace dnsmon
