// SPDX-License-Identifier: Apache-2.0
#include "app/monitor.h"

#include "util/clock.h"

#include <poll.h>

namespace dnsmon {
namespace {

constexpr std::chrono::milliseconds kBusyPeriod{10};
constexpr std::chrono::milliseconds kTickPeriod{500}; // how late a timeout event may be
constexpr std::uint64_t kPacketsPerFlush = 1024;

} // namespace

Result<std::unique_ptr<Monitor>> Monitor::make(EventLoop& loop, Probe& probe, Pipeline& pipeline, const Wakeup& room) {
    auto busy = Timer::make();
    if (!busy) return std::move(busy).error();
    auto tick = Timer::make();
    if (!tick) return std::move(tick).error();
    std::unique_ptr<Monitor> monitor(
        new Monitor(loop, probe, pipeline, room, std::move(*busy), std::move(*tick)));
    Monitor* self = monitor.get();
    const auto watch = [&](int fd, EventLoop::Handler handler) { return loop.watch(fd, std::move(handler)); };
    if (auto done = watch(probe.ring_fd(), [self] { self->ring_readable(); }); !done) return std::move(done).error();
    if (auto done = watch(self->busy_.fd(), [self] { self->busy_tick(); }); !done) return std::move(done).error();
    if (auto done = watch(self->tick_.fd(), [self] { self->idle_tick(); }); !done) return std::move(done).error();
    if (auto done = watch(room.fd(), [self] { self->room_made(); }); !done) return std::move(done).error();
    self->tick_.start(kTickPeriod);
    return monitor;
}

Monitor::Monitor(EventLoop& loop, Probe& probe, Pipeline& pipeline, const Wakeup& room, Timer busy, Timer tick)
    : loop_(loop), probe_(probe), pipeline_(pipeline), room_(room), busy_(std::move(busy)), tick_(std::move(tick)) {}

Monitor::~Monitor() {
    for (const int fd : {probe_.ring_fd(), busy_.fd(), tick_.fd(), room_.fd()}) loop_.forget(fd);
}

void Monitor::ring_readable() {
    loop_.pause(probe_.ring_fd());
    busy_.start(kBusyPeriod);
    drain();
}

void Monitor::busy_tick() {
    busy_.acknowledge();
    if (drain() || full_ || pipeline_.holds_packets()) return;
    busy_.stop();
    loop_.resume(probe_.ring_fd());
}

void Monitor::idle_tick() {
    tick_.acknowledge();
    probe_.resync_clock();
    drain();
}

void Monitor::room_made() {
    room_.acknowledge();
    if (full_) drain();
}

/// True when the ring held anything, or could hold more than was taken.
bool Monitor::drain() {
    bool any = false;
    while (true) {
        if (full_ && !pipeline_.flush(last_packet_ns_)) return true;
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
            return false;
        }
        any = any || *taken > 0;
        // While packets wait in the ring, the answers that a query waits for may be among them: no timeout before them.
        const bool emptied = *taken < kPacketsPerFlush;
        full_ = !pipeline_.flush(emptied ? realtime_ns() : last_packet_ns_);
        if (emptied || full_) return any;
    }
}

Result<void> Monitor::finish() {
    probe_.stop_capture();
    busy_.stop();
    tick_.stop();
    while (drain()) {
        if (!full_) continue;
        pollfd room{room_.fd(), POLLIN, 0};
        ::poll(&room, 1, -1);
        room_.acknowledge();
    }
    pipeline_.finish(realtime_ns());
    return failure_;
}

} // namespace dnsmon
