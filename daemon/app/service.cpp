// SPDX-License-Identifier: Apache-2.0
#include "app/service.h"

#include "app/service_manager.h"
#include "app/sinks.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <thread>

namespace dnsmon {
namespace {

std::string host_name() {
    std::array<char, HOST_NAME_MAX + 1> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

/// Half the cores: the other half belongs to whoever causes the messages.
std::size_t worker_count(const WorkersConfig& config) {
    if (config.threads != 0) return config.threads;
    return std::clamp<std::size_t>(std::thread::hardware_concurrency() / 2, 1, 8);
}

PipelineOptions pipeline_options(const Config& config, const std::string& host, bool journal_fields) {
    PipelineOptions options;
    options.tracker.filter = config.filter;
    options.tracker.pairing = config.pairing;
    options.tracker.format = config.output.format;
    options.tracker.encoder = {host, config.filter.types};
    options.tracker.journal_fields = journal_fields;
    options.tracker.user_names = config.enrich.user;
    options.enrich = config.enrich;
    options.workers = worker_count(config.workers);
    options.queue_packets = config.workers.queue;
    options.ports = config.capture.ports;
    options.any_port = config.capture.detect == Detect::kAnyPort;
    return options;
}

} // namespace

Service::Service(const Config& config, const Log& log, Signals& signals, EventLoop loop, Wakeup room, Wakeup news)
    : config_(config), log_(log), signals_(signals), host_name_(host_name()), loop_(std::move(loop)),
      room_(std::move(room)), news_(std::move(news)) {}

Service::~Service() = default;

Result<std::unique_ptr<Service>> Service::start(const Config& config, const Log& log, Signals& signals) {
    auto loop = EventLoop::make();
    if (!loop) return std::move(loop).error();
    auto room = Wakeup::make();
    if (!room) return std::move(room).error();
    auto news = Wakeup::make();
    if (!news) return std::move(news).error();
    std::unique_ptr<Service> service(
        new Service(config, log, signals, std::move(*loop), std::move(*room), std::move(*news)));
    for (const auto step :
         {&Service::start_outputs, &Service::start_capture, &Service::start_pipeline, &Service::watch_events})
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

Result<void> Service::start_pipeline() {
    pipeline_ = std::make_unique<Pipeline>(
        pipeline_options(config_, host_name_, writer_->wants_journal_fields()), sequence_,
        [this](std::uint32_t interface) { return probe_->interface_name(interface); },
        [this](Batch batch) { return writer_->deliver(std::move(batch)); }, [this] { room_.signal(); });
    auto watcher = ExecWatcher::start(pipeline_->processes());
    if (watcher)
        exec_watcher_ = std::move(*watcher);
    else
        log_.warn("processes that end at once may lack their executable", {{"reason", watcher.error().message}});
    auto monitor = Monitor::make(loop_, *probe_, *pipeline_, room_);
    if (!monitor) return std::move(monitor).error();
    monitor_ = std::move(*monitor);
    return {};
}

Result<void> Service::watch_events() {
    if (auto done = loop_.watch(signals_.fd(), [this] { on_signal(); }); !done) return done;
    if (auto done = loop_.watch(news_.fd(), [this] { on_news(); }); !done) return done;
    if (auto done = watch_timer(stats_timer_, config_.stats.interval, &Service::on_stats); !done) return done;
    if (const auto limit = service_manager::watchdog_limit())
        return watch_timer(watchdog_timer_, *limit / 2, &Service::on_watchdog);
    return {};
}

Result<void> Service::watch_timer(std::optional<Timer>& timer, std::chrono::nanoseconds period,
                                  void (Service::*handler)()) {
    if (period.count() == 0) return {};
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
        } else {
            log_.info("stopping", {{"signal", ::sigabbrev_np(*signal)}});
            loop_.stop();
        }
    }
}

void Service::on_news() {
    news_.acknowledge();
    for (const SinkNews& news : writer_->take_news()) {
        switch (news.kind) {
        case SinkNews::Kind::kOutageBegan:
            log_.error("an output takes no events", {{"sink", news.sink}, {"reason", news.detail}});
            break;
        case SinkNews::Kind::kOutageEnded:
            log_.warn("an output takes events again", {{"sink", news.sink}, {"lost", std::to_string(news.events)}});
            notices_->post_loss(news);
            break;
        case SinkNews::Kind::kTrouble:
            log_.warn("trouble with an output", {{"sink", news.sink}, {"reason", news.detail}});
            break;
        }
    }
}

Statistics Service::statistics() const {
    return {probe_->counters(), to_string(probe_->plan().mode), pipeline_.get(), writer_->status(), notices_->posted()};
}

void Service::on_stats() {
    pipeline_->refresh_interfaces();
    const Statistics now = statistics();
    notices_->post(NoticeAction::kStats, now.summary(), now.to_json());
    service_manager::status(now.summary());
}

void Service::on_watchdog() {
    // This runs on the loop; the writer is alive when it has nothing to do or has done something since the last time.
    const WriterStatus writer = writer_->status();
    if (writer.queued_bytes != 0 && writer.heartbeat == seen_heartbeat_) return;
    seen_heartbeat_ = writer.heartbeat;
    service_manager::watchdog();
}

Result<void> Service::run() {
    notices_->post(NoticeAction::kStart, "monitoring", {{"hooks", to_string(probe_->plan().mode)}});
    service_manager::ready("hooks " + std::string(to_string(probe_->plan().mode)));
    Result<void> looped = loop_.run();
    service_manager::stopping();
    Result<void> drained = monitor_->finish();
    notices_->post(NoticeAction::kStop, "stopped", {{"hooks", to_string(probe_->plan().mode)}});
    writer_->drain();
    on_news();
    writer_->drain();
    const Statistics last = statistics();
    notices_->post(NoticeAction::kStats, last.summary(), last.to_json());
    writer_->stop();
    log_.info("stopped", {{"summary", last.summary()}});
    return looped ? std::move(drained) : std::move(looped);
}

} // namespace dnsmon
