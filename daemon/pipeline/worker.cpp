// SPDX-License-Identifier: Apache-2.0
#include "pipeline/worker.h"

#include "util/thread_name.h"

namespace dnsmon {
namespace {

// Handed on at this size, so that one large batch of packets does not become one huge batch of events.
constexpr std::size_t kBatchBytes = 512U << 10;
constexpr std::size_t kSpareBatches = 4;
constexpr std::size_t kSpareBytes = 512U << 10; // a batch that grew beyond this is freed: a stall is not remembered in memory

} // namespace

Worker::Worker(const TrackerOptions& options, std::atomic<std::uint64_t>& sequence, std::size_t queue_packets,
               Deliver deliver, std::function<void()> on_room)
    : tracker_(options, sequence), queue_(queue_packets), empty_(kSpareBatches), deliver_(std::move(deliver)),
      on_room_(std::move(on_room)), thread_([this] { run(); }) {}

Worker::~Worker() {
    queue_.close();
    wait();
}

void Worker::wait() {
    if (thread_.joinable()) thread_.join();
}

bool Worker::offer(PacketBatch& batch) {
    // Set before the queue is asked: room made between a refusal and a later note of it would never be told.
    refused_.store(true);
    if (!queue_.try_push(batch, batch.weight())) return false;
    refused_.store(false);
    return true;
}

void Worker::offer_last(PacketBatch& batch) {
    const std::size_t weight = batch.weight();
    [[maybe_unused]] const bool taken = queue_.push(batch, weight); // refused only when closed, which happens here alone
    queue_.close();
}

PacketBatch Worker::recycle() {
    auto batch = empty_.try_pop();
    return batch ? std::move(*batch) : PacketBatch{};
}

void Worker::run() {
    name_this_thread("dnsmon-worker");
    Batch out;
    while (auto packets = queue_.pop()) {
        if (refused_.exchange(false)) on_room_();
        if (packets->options) tracker_.reconfigure(*packets->options);
        for (const PacketItem& item : packets->items) {
            tracker_.handle(item, packets->payload(item), out);
            if (out.bytes() >= kBatchBytes) out = deliver_(std::move(out));
        }
        tracker_.advance(packets->now_ns, out);
        if (!out.empty()) out = deliver_(std::move(out));
        if (packets->capacity_bytes() > kSpareBytes) continue;
        packets->clear();
        [[maybe_unused]] const bool kept = empty_.try_push(*packets, 1); // a full shelf: the batch is freed
    }
    tracker_.finish(out);
    if (!out.empty()) deliver_(std::move(out));
}

} // namespace dnsmon
