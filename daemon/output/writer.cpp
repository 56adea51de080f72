// SPDX-License-Identifier: Apache-2.0
#include "output/writer.h"

#include "util/clock.h"
#include "util/thread_name.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <utility>

namespace dnsmon {

namespace {

constexpr std::size_t kSpareBatches = 4; ///< in steady use are two or three; what a stall added is given back
constexpr std::size_t kSpareBytes = 1U << 20; ///< a batch that grew beyond this is freed, not kept
constexpr std::size_t kMaxNews = 64;          ///< nobody takes them: the repeated ones are lost first

/// The loop's signalfd gets the signals, and a write to a closed pipe or beyond RLIMIT_FSIZE gives an errno.
void block_signals() {
    sigset_t all;
    sigfillset(&all);
    (void)::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

std::size_t index_of(DropReason reason) {
    return static_cast<std::size_t>(reason);
}

} // namespace

struct Writer::Output {
    SinkStatus status;
    SinkNews outage; ///< the one going on while status.failing
};

Writer::Writer(std::vector<std::unique_ptr<Sink>> sinks, std::function<void()> on_news, std::size_t queue_bytes)
    : on_news_(std::move(on_news)), queue_(queue_bytes), empty_(kSpareBatches) {
    for (auto& sink : sinks) {
        wants_journal_fields_ = wants_journal_fields_ || sink->wants_journal_fields();
        activate(std::move(sink));
    }
    thread_ = std::thread([this] { run(); });
}

Writer::~Writer() {
    stop();
}

Batch Writer::deliver(Batch full) {
    if (full.empty()) return full;
    delivered_.fetch_add(full.events.size());
    const std::size_t bytes = full.bytes();
    Job job{std::move(full), nullptr};
    if (!queue_.push(job, bytes)) {
        const std::lock_guard lock(books_);
        settle(0, job.batch.events.size(), DropReason::kClosed);
        job.batch.clear();
        return std::move(job.batch);
    }
    auto empty = empty_.try_pop();
    return empty ? std::move(*empty) : Batch{};
}

void Writer::replace_sinks(std::vector<std::string> kept, std::vector<std::unique_ptr<Sink>> added) {
    const auto journald = [](std::string_view name) { return name == "journald"; };
    wants_journal_fields_ =
        std::any_of(kept.begin(), kept.end(), journald) ||
        std::any_of(added.begin(), added.end(), [](const auto& s) { return s->wants_journal_fields(); });
    Job job{{}, std::make_unique<Replacement>(Replacement{std::move(kept), std::move(added)})};
    [[maybe_unused]] const bool taken = queue_.push(job, 0); // refused only after stop()
}

void Writer::reopen() {
    reopen_.store(true);
    Job nothing; // wakes an idle writer; a busy one, whose queue may be full, looks after each batch
    [[maybe_unused]] const bool woken = queue_.try_push(nothing, 0);
}

void Writer::stop() {
    queue_.close();
    if (!thread_.joinable()) return;
    thread_.join();
    const std::int64_t now_ns = realtime_ns();
    const std::lock_guard lock(books_);
    for (Output& output : outputs_) {
        if (!output.status.failing) continue;
        end_outage(output, now_ns, SinkNews::Kind::kOutageAtStop);
        output.status.failing = true; // as it was left
    }
}

void Writer::run() {
    block_signals();
    name_this_thread("dnsmon-writer");
    while (auto job = queue_.pop()) {
        if (reopen_.exchange(false)) reopen_sinks();
        if (job->replacement) replace(std::move(*job->replacement));
        Batch& batch = job->batch;
        if (!batch.empty()) write(batch);
        heartbeat_.fetch_add(1, std::memory_order_relaxed);
        if (batch.lines.capacity() + batch.journal.capacity() > kSpareBytes) continue;
        batch.clear();
        [[maybe_unused]] const bool kept = empty_.try_push(batch, 1); // enough spare ones: this one is freed
    }
}

/// Called without books_ only before the thread starts.
void Writer::activate(std::unique_ptr<Sink> sink) {
    const auto known = std::find_if(outputs_.begin(), outputs_.end(),
                                    [&](const Output& output) { return output.status.name == sink->name(); });
    const auto index = static_cast<std::size_t>(known - outputs_.begin());
    if (known == outputs_.end()) outputs_.emplace_back().status.name = sink->name();
    sinks_.push_back({std::move(sink), index});
}

void Writer::replace(Replacement replacement) {
    const auto& kept = replacement.kept;
    const auto goes = std::stable_partition(sinks_.begin(), sinks_.end(), [&](const Active& active) {
        return std::find(kept.begin(), kept.end(), active.sink->name()) != kept.end();
    });
    std::vector<Active> gone(std::make_move_iterator(goes), std::make_move_iterator(sinks_.end()));
    sinks_.erase(goes, sinks_.end());
    for (Active& active : gone) {
        active.sink.reset(); // closed before another opens what may be the same file
        const std::lock_guard lock(books_);
        if (outputs_[active.output].status.failing) end_outage(outputs_[active.output], realtime_ns());
    }
    const std::lock_guard lock(books_);
    for (auto& sink : replacement.added) activate(std::move(sink));
}

void Writer::reopen_sinks() {
    for (const auto& [sink, output] : sinks_) {
        auto reopened = sink->reopen();
        if (reopened) continue;
        SinkNews news;
        news.sink = sink->name();
        news.detail = std::move(reopened).error().message;
        const std::lock_guard lock(books_);
        tell(std::move(news));
    }
}

void Writer::write(const Batch& batch) {
    std::uint64_t most = 0;
    DropReason reason = DropReason::kClosed; // without any sink
    for (std::size_t i = 0; i < sinks_.size(); ++i) {
        const WriteOutcome outcome = sinks_[i].sink->write(batch);
        const std::lock_guard lock(books_);
        book(outputs_[sinks_[i].output], outcome, realtime_ns());
        if (i == 0 || outcome.written > most) {
            most = outcome.written; // sinks take a batch's first events, so this is how many some sink has
            reason = outcome.reason;
        }
    }
    const std::lock_guard lock(books_);
    settle(most, batch.events.size() - most, reason);
}

void Writer::settle(std::uint64_t written, std::uint64_t dropped, DropReason reason) {
    written_ += written;
    dropped_[index_of(reason)] += dropped;
    settled_ += written + dropped;
    settled_more_.notify_all();
}

void Writer::drain() {
    const std::uint64_t delivered = delivered_.load();
    std::unique_lock lock(books_);
    settled_more_.wait(lock, [&] { return settled_ >= delivered; });
}

void Writer::book(Output& output, const WriteOutcome& outcome, std::int64_t now_ns) {
    SinkStatus& status = output.status;
    status.written += outcome.written;
    status.dropped[index_of(outcome.reason)] += outcome.dropped;
    if (outcome.dropped > 0) {
        if (!status.failing) {
            status.failing = true;
            output.outage = {SinkNews::Kind::kOutageBegan, status.name, outcome.reason, outcome.detail, now_ns, 0, 0};
            tell(output.outage);
        }
        output.outage.events += outcome.dropped;
        return;
    }
    if (status.failing) end_outage(output, now_ns);
    if (!outcome.detail.empty()) {
        tell({SinkNews::Kind::kTrouble, status.name, outcome.reason, outcome.detail, now_ns, now_ns, 0});
    }
}

void Writer::end_outage(Output& output, std::int64_t now_ns, SinkNews::Kind kind) {
    output.status.failing = false;
    output.outage.kind = kind;
    output.outage.to_ns = now_ns;
    tell(std::exchange(output.outage, {}));
}

void Writer::tell(SinkNews news) {
    if (news_.size() >= kMaxNews) {
        // An ended outage is a loss event and stays; of the rest the oldest goes.
        const auto minor = [](const SinkNews& old) {
            return old.kind == SinkNews::Kind::kOutageBegan || old.kind == SinkNews::Kind::kTrouble;
        };
        const auto oldest = std::find_if(news_.begin(), news_.end(), minor);
        if (oldest == news_.end()) {
            SinkNews& last = news_.back();
            last.events += news.events; // the sum stays right where there is no room for each
            last.to_ns = std::max(last.to_ns, news.to_ns);
            return;
        }
        news_.erase(oldest);
    }
    news_.push_back(std::move(news));
    if (on_news_) on_news_();
}

WriterStatus Writer::status() const {
    WriterStatus status;
    status.queued_bytes = queue_.weight();
    status.heartbeat = heartbeat_.load(std::memory_order_relaxed);
    const std::uint64_t delivered = delivered_.load(); // first: what is settled meanwhile makes less pending, not more
    const std::lock_guard lock(books_);
    status.pending = delivered > settled_ ? delivered - settled_ : 0;
    status.written = written_;
    status.dropped = dropped_;
    for (const Output& output : outputs_) status.sinks.push_back(output.status);
    return status;
}

std::vector<SinkNews> Writer::take_news() {
    const std::lock_guard lock(books_);
    return std::exchange(news_, {});
}

} // namespace dnsmon
