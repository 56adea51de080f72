// SPDX-License-Identifier: Apache-2.0
#include "app/monitor.h"

#include "util/clock.h"

#include <poll.h>

namespace dnsmon {
namespace {

constexpr std::chrono::milliseconds kBusyPeriod{10};
constexpr std::chrono::milliseconds kLoadedPeriod{20};
/// From so many packets a drain on, waking up half as often saves more than it delays.
constexpr std::uint64_t kLoadedPackets = 100;
/// Up to here: a drain that takes an eighth of the ring leaves room for a burst.
constexpr std::uint64_t kRingShare = 8;
constexpr std::uint64_t kRecordBytes = 512; // more than most take
constexpr std::chrono::milliseconds kTickPeriod{500}; // how late a timeout event may be
constexpr std::uint64_t kPacketsPerFlush = 1024;

} // namespace

Result<std::unique_ptr<Monitor>> Monitor::make(EventLoop& loop, Probe& probe, Pipeline& pipeline, const Wakeup& room,
                                               std::uint64_t ring_bytes) {
    auto busy = Timer::make();
    if (!busy) return std::move(busy).error();
    auto tick = Timer::make();
    if (!tick) return std::move(tick).error();
    std::unique_ptr<Monitor> monitor(
        new Monitor(loop, probe, pipeline, room, ring_bytes, std::move(*busy), std::move(*tick)));
    Monitor* self = monitor.get();
    const auto watch = [&](int fd, EventLoop::Handler handler) { return loop.watch(fd, std::move(handler)); };
    if (auto done = watch(probe.ring_fd(), [self] { self->ring_readable(); }); !done) return std::move(done).error();
    if (auto done = watch(self->busy_.fd(), [self] { self->busy_tick(); }); !done) return std::move(done).error();
    if (auto done = watch(self->tick_.fd(), [self] { self->idle_tick(); }); !done) return std::move(done).error();
    if (auto done = watch(room.fd(), [self] { self->room_made(); }); !done) return std::move(done).error();
    self->tick_.start(kTickPeriod);
    return monitor;
}

Monitor::Monitor(EventLoop& loop, Probe& probe, Pipeline& pipeline, const Wakeup& room, std::uint64_t ring_bytes,
                 Timer busy, Timer tick)
    : loop_(loop), probe_(probe), pipeline_(pipeline), room_(room),
      most_packets_(ring_bytes / kRingShare / kRecordBytes), busy_(std::move(busy)), tick_(std::move(tick)) {}

Monitor::~Monitor() {
    for (const int fd : {probe_.ring_fd(), busy_.fd(), tick_.fd(), room_.fd()}) loop_.forget(fd);
}

void Monitor::ring_readable() {
    loop_.pause(probe_.ring_fd());
    pace(kBusyPeriod);
    drain();
}

void Monitor::busy_tick() {
    busy_.acknowledge();
    const std::uint64_t taken = drain();
    if (taken == 0 && !full_ && !pipeline_.holds_packets()) {
        pace({});
        loop_.resume(probe_.ring_fd());
        return;
    }
    const bool loaded = taken >= kLoadedPackets && taken <= most_packets_;
    pace(loaded ? kLoadedPeriod : kBusyPeriod);
}

void Monitor::pace(std::chrono::milliseconds period) {
    if (period == period_) return;
    period_ = period;
    busy_.start(period); // zero stops it
}

void Monitor::idle_tick() {
    tick_.acknowledge();
    probe_.resync_clock();
    pipeline_.refresh_interfaces();
    drain();
}

void Monitor::room_made() {
    room_.acknowledge();
    if (full_) drain();
}

/// How many packets the ring held; where it could hold more than was taken, at least one.
std::uint64_t Monitor::drain() {
    std::uint64_t packets = 0;
    while (true) {
        if (full_ && !pipeline_.flush(last_packet_ns_)) return packets + 1;
        full_ = false;
        auto taken = probe_.drain(
            [&](const Packet& packet) {
                last_packet_ns_ = packet.time_ns;
                pipeline_.submit(packet);
            },
            kPacketsPerFlush);
        if (!taken) {
            failure_ = std::move(taken).error();
            loop_.stop();
            return 0;
        }
        packets += *taken;
        // While packets wait in the ring, the answers that a query waits for may be among them: no timeout before them.
        const bool emptied = *taken < kPacketsPerFlush;
        full_ = !pipeline_.flush(emptied ? realtime_ns() : last_packet_ns_);
        if (emptied || full_) return packets;
    }
}

Result<void> Monitor::finish() {
    probe_.stop_capture();
    pace({});
    tick_.stop();
    while (drain() > 0) {
        if (!full_) continue;
        pollfd room{room_.fd(), POLLIN, 0};
        ::poll(&room, 1, -1);
        room_.acknowledge();
    }
    pipeline_.finish(realtime_ns());
    return failure_;
}

} // namespace dnsmon
