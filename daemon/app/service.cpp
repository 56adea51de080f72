// SPDX-License-Identifier: Apache-2.0
#include "app/service.h"

#include "app/pipeline_options.h"
#include "app/privileges.h"
#include "app/random_key.h"
#include "app/reload.h"
#include "app/service_manager.h"
#include "app/statistics_json.h"
#include "app/statistics_metrics.h"
#include "cli/command_line.h"
#include "util/thread_name.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

namespace dnsmon {
namespace {

constexpr std::chrono::seconds kStatusPeriod{10}; ///< of STATUS=, or stats.interval where that is shorter

std::string host_name() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

} // namespace

Service::Service(const Config& config, LoadConfig load, Log& log, Signals& signals, EventLoop loop, Wakeup room,
                 Wakeup news, const HashKey& own_key)
    : config_(config), load_(std::move(load)), log_(log), signals_(signals), host_name_(host_name()), own_key_(own_key),
      loop_(std::move(loop)), room_(std::move(room)), news_(std::move(news)) {}

Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::start(const Config& config, LoadConfig load, Log& log, Signals& signals) {
    auto loop = EventLoop::make();
    if (!loop) return std::move(loop).error();
    auto room = Wakeup::make();
    if (!room) return std::move(room).error();
    auto news = Wakeup::make();
    if (!news) return std::move(news).error();
    auto own_key = random_key();
    if (!own_key) return std::move(own_key).error();
    std::unique_ptr<Service> service(new Service(config, std::move(load), log, signals, std::move(*loop),
                                                 std::move(*room), std::move(*news), *own_key));
    // Capture first: no thread is there yet when privileges are given up.
    for (const auto step : {&Service::start_capture, &Service::give_up_privileges, &Service::start_outputs,
                            &Service::start_pipeline, &Service::start_metrics, &Service::watch_events})
        if (auto done = (*service.*step)(); !done) return std::move(done).error();
    return service;
}

Result<void> Service::start_outputs() {
    auto sinks = make_sinks(config_.output);
    if (!sinks) return std::move(sinks).error();
    writer_ = std::make_unique<Writer>(std::move(*sinks), [this] { news_.signal(); });
    notices_ = std::make_unique<NoticeBoard>(*writer_, config_.output.format, host_name_);
    return {};
}

Result<void> Service::start_capture() {
    auto probe = Probe::attach(config_.capture, config_.hooks);
    if (!probe) return std::move(probe).error();
    probe_.emplace(std::move(*probe));
    const HookPlan& plan = probe_->plan();
    log_.info("capturing", {{"hooks", to_string(plan.mode)}, {"plan", plan.summary()}});
    for (const auto& reason : plan.passed_over) log_.info("hooks passed over", {{"reason", reason}});
    for (const auto& hook : plan.hooks)
        if (!hook.attached) log_.warn("hook not attached, ignoring", {{"hook", hook.name}, {"reason", hook.problem}});
    if (plan.mode == HookMode::kNone)
        log_.warn("no owner hooks: messages are logged without the process that sent them");
    return {};
}

Result<void> Service::give_up_privileges() {
    auto notices = ExecNotices::open();
    if (notices)
        exec_notices_.emplace(std::move(*notices));
    else
        log_.warn("processes that end at once may lack their executable", {{"reason", notices.error().message}});
    return drop_capabilities([this] { return probe_->maps_usable(); });
}

Result<void> Service::start_pipeline() {
    pipeline_ = std::make_unique<Pipeline>(
        pipeline_options(config_, host_name_, own_key_), sequence_,
        [this](std::uint32_t interface) { return probe_->interface_name(interface); },
        [this](Batch batch) { return writer_->deliver(std::move(batch)); }, [this] { room_.signal(); });
    pipeline_->processes().set_program_reader([this](const Owner& owner) { return probe_->program_of(owner); });
    pipeline_->set_server_finder([this](Transport transport, const Endpoint& server) {
        return probe_->find_server(static_cast<std::uint8_t>(transport), server);
    });
    if (exec_notices_) {
        auto watcher = ExecWatcher::make(pipeline_->processes(), std::move(*exec_notices_));
        if (!watcher) return std::move(watcher).error();
        exec_watcher_ = std::move(*watcher);
        exec_notices_.reset();
    }
    auto monitor = Monitor::make(loop_, *probe_, *pipeline_, room_, config_.capture.ring_buffer_bytes);
    if (!monitor) return std::move(monitor).error();
    monitor_ = std::move(*monitor);
    return {};
}

Result<void> Service::start_metrics() {
    told_ = statistics();
    shown_ = told_;
    auto server = MetricsServer::make(loop_, [this] { return to_metrics(statistics(), version_string()); });
    if (!server) return std::move(server).error();
    metrics_ = std::move(*server);
    return metrics_->serve_at(config_.metrics.listen);
}

Result<void> Service::watch_events() {
    if (auto done = loop_.watch(signals_.fd(), [this] { on_signal(); }); !done) return done;
    if (auto done = loop_.watch(news_.fd(), [this] { on_news(); }); !done) return done;
    if (auto done = loop_.watch(probe_->network_fd(), [this] { on_network(); }); !done) return done;
    if (auto done = watch_timer(stats_timer_, config_.stats.interval, &Service::on_stats); !done) return done;
    if (auto done = watch_timer(status_timer_, status_period(), &Service::on_status); !done) return done;
    if (const auto limit = service_manager::watchdog_limit())
        return watch_timer(watchdog_timer_, *limit / 2, &Service::on_watchdog);
    return {};
}

Result<void> Service::watch_timer(std::optional<Timer>& timer, std::chrono::nanoseconds period,
                                  void (Service::*handler)()) {
    auto made = Timer::make();
    if (!made) return std::move(made).error();
    timer.emplace(std::move(*made));
    timer->start(period);
    return loop_.watch(timer->fd(), [this, &timer, handler] {
        timer->acknowledge();
        (this->*handler)();
    });
}

void Service::on_signal() {
    while (const auto signal = signals_.next()) {
        if (*signal == SIGUSR1) {
            log_.info("opening the output files again");
            writer_->reopen();
        } else if (*signal == SIGHUP) {
            on_reload();
        } else {
            log_.info("stopping", {{"signal", ::sigabbrev_np(*signal)}});
            loop_.stop();
        }
    }
}

void Service::on_network() {
    for (const std::string& change : probe_->follow_network()) log_.warn(change);
    pipeline_->refresh_interfaces();
}

void Service::on_reload() {
    service_manager::reloading();
    reload_problem_ = reload();
    service_manager::ready(status_text(statistics()));
}

/// What kept the new configuration out, for STATUS=; empty: it is in force.
std::string Service::reload() {
    ConfigOutcome wanted = load_();
    for (const auto& problem : wanted.problems)
        log_.error("configuration not taken: " + problem.to_string(), {{"key", problem.key_path}});
    if (!wanted.ok()) return wanted.problems.front().to_string();
    ReloadPlan plan = plan_reload(config_, wanted.config);
    auto sinks = change_sinks(config_.output, plan.config.output);
    if (!sinks) {
        log_.error("configuration not taken: an output cannot be opened", {{"reason", sinks.error().message}});
        return sinks.error().message;
    }
    if (auto served = metrics_->serve_at(plan.config.metrics.listen); !served) {
        log_.error("configuration not taken: metrics cannot be served", {{"reason", served.error().message}});
        return served.error().message;
    }
    apply(plan.config, std::move(*sinks));
    std::string keys;
    for (const auto key : plan.need_restart) keys.append(keys.empty() ? "" : ", ").append(key);
    if (!keys.empty())
        log_.warn("configuration taken, but for what needs a restart", {{"keys", keys}});
    else
        log_.info("configuration taken");
    return {};
}

/// From the loop's point of view at once. Workers and writer take it between two batches, so an event is encoded with
/// the old settings or the new ones, and what was on its way arrives.
void Service::apply(const Config& config, SinkChange sinks) {
    log_.set_level(config.log.level);
    pipeline_->reconfigure(pipeline_options(config, host_name_, own_key_));
    if (config.capture.ports != config_.capture.ports) {
        if (auto done = probe_->set_ports(config.capture.ports); !done)
            log_.warn("sockets that are already open have no process", {{"reason", done.error().message}});
    }
    writer_->replace_sinks(std::move(sinks.kept), std::move(sinks.added));
    notices_->set_format(config.output.format);
    const bool other_interval = config.stats.interval != config_.stats.interval;
    config_ = config;
    if (!other_interval) return;
    stats_timer_->start(config_.stats.interval);
    status_timer_->start(status_period());
}

void Service::on_news() {
    news_.acknowledge();
    bool outage = false; // began or ended: the status tells it at once
    for (const SinkNews& news : writer_->take_news()) {
        outage = outage || news.kind != SinkNews::Kind::kTrouble;
        switch (news.kind) {
        case SinkNews::Kind::kOutageBegan:
            log_.error("an output takes no events", {{"sink", news.sink}, {"reason", news.detail}});
            break;
        case SinkNews::Kind::kOutageEnded:
            log_.warn("an output takes events again", {{"sink", news.sink}, {"lost", std::to_string(news.events)}});
            notices_->post_loss(news);
            break;
        case SinkNews::Kind::kOutageAtStop:
            log_.warn("an output took no events until the end",
                      {{"sink", news.sink}, {"lost", std::to_string(news.events)}});
            break;
        case SinkNews::Kind::kTrouble:
            log_.warn("trouble with an output", {{"sink", news.sink}, {"reason", news.detail}});
            break;
        }
    }
    if (outage) service_manager::status(status_text(statistics()));
}

Statistics Service::statistics() const {
    Statistics now = take_statistics(*pipeline_, writer_->status());
    now.kernel = probe_->counters();
    now.flavour = to_string(probe_->plan().mode);
    now.notices = notices_->posted();
    return now;
}

void Service::post_statistics(const Statistics& now) {
    notices_->post(NoticeAction::kStats, now.summary(), to_json(now, told_));
    told_ = now;
}

void Service::on_stats() {
    post_statistics(statistics());
}

std::chrono::nanoseconds Service::status_period() const {
    const std::chrono::nanoseconds stats = config_.stats.interval;
    return stats.count() == 0 ? kStatusPeriod : std::min<std::chrono::nanoseconds>(stats, kStatusPeriod);
}

void Service::on_status() {
    const Statistics now = statistics();
    const auto messages = [](const Statistics& s) { return s.counter(Counter::kMessagesFound); };
    messages_per_second_ = now.per_second_since(shown_, messages);
    shown_ = now;
    service_manager::status(status_text(now));
}

std::string Service::status_text(const Statistics& statistics) const {
    std::array<char, 32> rate{};
    std::snprintf(rate.data(), rate.size(), ", %.1f messages/s", messages_per_second_);
    const std::string text = statistics.summary() + rate.data();
    return reload_problem_.empty() ? text : text + "; reload failed: " + reload_problem_;
}

void Service::on_watchdog() {
    // This runs on the loop; the writer is alive when it has nothing to do or has done something since the last time.
    const WriterStatus writer = writer_->status();
    if (writer.pending != 0 && writer.heartbeat == seen_heartbeat_) return;
    seen_heartbeat_ = writer.heartbeat;
    service_manager::watchdog();
}

Result<void> Service::run() {
    if (!exec_watcher_) return serve();
    Result<void> served;
    // Threads come after the first one's place ahead of others: they have none of it (CPUSchedulingResetOnFork=).
    std::thread loop([&] {
        name_this_thread("dnsmon-loop");
        served = serve();
        exec_watcher_->stop();
    });
    exec_watcher_->run();
    loop.join();
    return served;
}

Result<void> Service::serve() {
    notices_->post(NoticeAction::kStart, "monitoring", {{"hooks", to_string(probe_->plan().mode)}});
    service_manager::ready("hooks " + std::string(to_string(probe_->plan().mode)));
    Result<void> looped = loop_.run();
    service_manager::stopping();
    Result<void> drained = monitor_->finish();
    notices_->post(NoticeAction::kStop, "stopped", {{"hooks", to_string(probe_->plan().mode)}});
    writer_->drain();
    on_news();
    writer_->drain();
    post_statistics(statistics());
    writer_->stop();
    on_news(); // outages that went on until now
    metrics_.reset(); // only now: a client that stalls may hold this up, and nothing is lost any more
    log_.info("stopped", {{"summary", statistics().summary()}});
    return looped ? std::move(drained) : std::move(looped);
}

} // namespace dnsmon
