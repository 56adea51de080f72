// SPDX-License-Identifier: Apache-2.0
// Moves packets from the kernel's ring into the pipeline: at once when idle, at most every few milliseconds while busy,
// because the wake-ups cost more than the packets (docs/adr/0003-wake-ups-and-ring-window.md). Stops reading while the pipeline is full, so that the
// ring absorbs and counts. Loop thread only; owns neither the probe nor the pipeline.
#pragma once

#include "loop/event_loop.h"
#include "loop/timer.h"
#include "loop/wakeup.h"
#include "pipeline/pipeline.h"
#include "probe/probe.h"
#include "util/result.h"

#include <chrono>
#include <functional>

namespace dnsmon {

class Monitor {
  public:
    /// `room` is signalled by the pipeline's workers when they took something from their queue.
    [[nodiscard]] static Result<std::unique_ptr<Monitor>> make(EventLoop& loop, Probe& probe, Pipeline& pipeline,
                                                               const Wakeup& room, std::uint64_t ring_bytes);
    ~Monitor();
    Monitor(const Monitor&) = delete;
    Monitor& operator=(const Monitor&) = delete;

    /// Stops the capture, then takes out all that the kernel has handed over and waits until the workers are through.
    Result<void> finish();
    /// The ring could not be read: nothing more will come.
    [[nodiscard]] const Result<void>& failure() const { return failure_; }

  private:
    Monitor(EventLoop& loop, Probe& probe, Pipeline& pipeline, const Wakeup& room, std::uint64_t ring_bytes, Timer busy,
            Timer tick);
    void ring_readable();
    void busy_tick();
    void idle_tick();
    void room_made();
    void pace(std::chrono::milliseconds period);
    std::uint64_t drain();

    EventLoop& loop_;
    Probe& probe_;
    Pipeline& pipeline_;
    const Wakeup& room_;
    std::uint64_t most_packets_; ///< a drain, beyond which waiting longer would be too bold
    Timer busy_; ///< paces the drains while packets come
    std::chrono::milliseconds period_{}; ///< of busy_; 0: stopped
    Timer tick_; ///< makes what is due happen while no packets come
    std::int64_t last_packet_ns_ = 0;
    bool full_ = false; ///< the pipeline takes nothing until a worker makes room
    Result<void> failure_;
};

} // namespace dnsmon
