// SPDX-License-Identifier: Apache-2.0
// The running daemon: what `dnsmon run` starts, in this order, and stops in the reverse: probe, sinks and writer,
// pipeline, monitor, timers. Once it runs, everything happens on the loop thread but for the workers, the writer and the
// first thread, which watches for new processes.
#pragma once

#include "app/metrics_server.h"
#include "app/monitor.h"
#include "app/notice_board.h"
#include "app/sinks.h"
#include "app/statistics.h"
#include "config/load.h"
#include "log/log.h"
#include "loop/event_loop.h"
#include "loop/signals.h"
#include "loop/timer.h"
#include "loop/wakeup.h"
#include "output/writer.h"
#include "pipeline/pipeline.h"
#include "probe/probe.h"
#include "process/exec_watcher.h"
#include "util/result.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace dnsmon {

class Service {
  public:
    /// Signals must be blocked before: threads start here.
    /// `load` reads the configuration anew, for a reload.
    using LoadConfig = std::function<ConfigOutcome()>;
    [[nodiscard]] static Result<std::unique_ptr<Service>> start(const Config& config, LoadConfig load, Log& log,
                                                                Signals& signals);
    ~Service();

    /// Until SIGTERM, SIGINT or a failure; then drains, says its statistics and returns.
    Result<void> run();

  private:
    Service(const Config& config, LoadConfig load, Log& log, Signals& signals, EventLoop loop, Wakeup room,
            Wakeup news, const HashKey& own_key);

    Result<void> serve();
    Result<void> start_outputs();
    Result<void> start_capture();
    Result<void> give_up_privileges();
    Result<void> start_pipeline();
    Result<void> start_metrics();
    Result<void> watch_events();
    Result<void> watch_timer(std::optional<Timer>& timer, std::chrono::nanoseconds period, void (Service::*handler)());
    void on_signal();
    void on_network();
    void on_reload();
    [[nodiscard]] std::string reload();
    void apply(const Config& config, SinkChange sinks);
    void on_news();
    void on_stats();
    void on_status();
    void on_watchdog();
    [[nodiscard]] std::chrono::nanoseconds status_period() const;
    [[nodiscard]] Statistics statistics() const;
    void post_statistics(const Statistics& now);
    /// What STATUS= says: flavour, totals, losses, and how many messages a second came lately.
    [[nodiscard]] std::string status_text(const Statistics& statistics) const;

    Config config_;
    const LoadConfig load_;
    Log& log_;
    Signals& signals_;
    const std::string host_name_;
    const HashKey own_key_; ///< for hashes without privacy.key_file: the same across reloads
    EventLoop loop_;
    Wakeup room_; ///< a worker took something from its queue
    Wakeup news_; ///< the writer has something to say
    std::atomic<std::uint64_t> sequence_{1};
    std::unique_ptr<Writer> writer_;
    std::unique_ptr<NoticeBoard> notices_;
    std::optional<Probe> probe_;
    std::unique_ptr<Pipeline> pipeline_;
    std::optional<ExecNotices> exec_notices_;   ///< until the watcher has it
    std::unique_ptr<ExecWatcher> exec_watcher_; ///< empty: not possible here
    std::unique_ptr<Monitor> monitor_;
    std::unique_ptr<MetricsServer> metrics_;
    Statistics told_; ///< by the last statistics event; at first: as it was at the start
    std::optional<Timer> stats_timer_;
    std::optional<Timer> status_timer_;
    Statistics shown_; ///< by STATUS= the last time, as told_
    double messages_per_second_ = 0; ///< from one time to the next
    std::optional<Timer> watchdog_timer_;
    std::uint64_t seen_heartbeat_ = 0;
    std::string reload_problem_; ///< of the last reload; empty: there was none
};

} // namespace dnsmon
