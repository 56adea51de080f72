// SPDX-License-Identifier: Apache-2.0
#include "batches.h"
#include "catch.h"
#include "output/writer.h"

#include <condition_variable>
#include <mutex>
#include <numeric>
#include <thread>

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

/// What a test sees of a sink that belongs to the writer, and its tap.
struct Tap {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = true;                    ///< shut: write() waits
    std::size_t takes = ~std::size_t{0}; ///< events of each batch that are taken
    std::string lines;
    std::size_t reopened = 0;
    std::size_t waiting = 0;

    template <typename Change>
    void set(Change change) {
        {
            const std::lock_guard lock(mutex);
            change();
        }
        changed.notify_all();
    }
    template <typename Condition>
    void wait(Condition condition) {
        std::unique_lock lock(mutex);
        changed.wait(lock, condition);
    }
};

class TestSink final : public Sink {
  public:
    TestSink(std::shared_ptr<Tap> tap, std::string name) : tap_(std::move(tap)), name_(std::move(name)) {}
    std::string_view name() const override { return name_; }
    WriteOutcome write(const Batch& batch) override {
        std::unique_lock lock(tap_->mutex);
        ++tap_->waiting;
        tap_->changed.notify_all();
        tap_->changed.wait(lock, [&] { return tap_->open; });
        --tap_->waiting;
        WriteOutcome outcome;
        outcome.written = std::min(tap_->takes, batch.events.size());
        outcome.dropped = batch.events.size() - outcome.written;
        for (std::size_t i = 0; i < outcome.written; ++i) {
            tap_->lines.append(batch.line(batch.events[i]));
        }
        if (outcome.dropped > 0) outcome.reason = DropReason::kDiskFull, outcome.detail = "no room";
        return outcome;
    }
    Result<void> reopen() override {
        tap_->set([&] { ++tap_->reopened; });
        return Error{"not now", 0};
    }

  private:
    std::shared_ptr<Tap> tap_;
    std::string name_;
};

std::vector<std::unique_ptr<Sink>> sinks(const std::vector<std::shared_ptr<Tap>>& taps) {
    std::vector<std::unique_ptr<Sink>> all;
    for (const auto& tap : taps) all.push_back(std::make_unique<TestSink>(tap, "sink" + std::to_string(all.size())));
    return all;
}

std::uint64_t sum(const DroppedByReason& dropped) {
    return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
}

} // namespace

TEST_CASE("many workers, every line once, the books balance") {
    const auto tap = std::make_shared<Tap>();
    Writer writer(sinks({tap}), {}, 4096);
    std::vector<std::thread> workers;
    for (std::size_t w = 0; w < 4; ++w) {
        workers.emplace_back([&writer, w] {
            Batch batch;
            for (std::size_t i = 0; i < 250; ++i) {
                const Batch lines = numbered(w * 10'000 + i * 10, 10);
                for (const auto& event : lines.events) {
                    add_line(batch, lines.line(event));
                }
                batch = writer.deliver(std::move(batch));
                if (!batch.empty() || batch.bytes() != 0) std::abort();
            }
        });
    }
    for (auto& worker : workers) worker.join();
    writer.stop();
    const auto status = writer.status();
    CHECK(status.written == 10'000);
    CHECK(sum(status.dropped) == 0);
    CHECK(status.queued_bytes == 0);
    CHECK(status.heartbeat >= 1000);
    const auto all = numbers(tap->lines);
    CHECK(std::set<std::size_t>(all.begin(), all.end()).size() == 10'000);
    CHECK(all.size() == 10'000);
}

TEST_CASE("a sink that does not move holds the workers up, and nothing is lost") {
    const auto tap = std::make_shared<Tap>();
    tap->open = false;
    Writer writer(sinks({tap}), {}, 1000);
    std::atomic<std::size_t> delivered{0};
    std::thread worker([&] {
        for (std::size_t i = 0; i < 100; ++i) {
            (void)writer.deliver(numbered(i * 10, 10));
            ++delivered;
        }
    });
    tap->wait([&] { return tap->waiting == 1; });
    CHECK(delivered < 100); // 3.1 batches fit in the queue, one is in the sink's hands
    CHECK(writer.status().queued_bytes <= 1000);
    tap->set([&] { tap->open = true; });
    worker.join();
    writer.stop();
    CHECK(numbers(tap->lines).size() == 1000);
}

TEST_CASE("a batch in the hands of a sink that hangs is pending, though nothing is queued") {
    const auto tap = std::make_shared<Tap>();
    Writer writer(sinks({tap}), {});
    tap->set([&] { tap->open = false; });
    (void)writer.deliver(numbered(0, 1));
    tap->wait([&] { return tap->waiting == 1; });
    const auto hanging = writer.status();
    CHECK(hanging.queued_bytes == 0);
    CHECK(hanging.pending == 1);
    tap->set([&] { tap->open = true; });
    writer.drain();
    CHECK(writer.status().pending == 0);
}

TEST_CASE("an event is written when one sink took it") {
    const auto good = std::make_shared<Tap>();
    const auto bad = std::make_shared<Tap>();
    bad->takes = 3;
    {
        Writer writer(sinks({bad, good}));
        (void)writer.deliver(numbered(0, 10));
        writer.stop();
        const auto status = writer.status();
        CHECK(status.written == 10);
        CHECK(sum(status.dropped) == 0);
        CHECK(status.sinks[0].written == 3);
        CHECK(status.sinks[0].dropped[static_cast<std::size_t>(DropReason::kDiskFull)] == 7);
        CHECK(status.sinks[1].written == 10);
    }
    good->takes = 1;
    Writer writer(sinks({bad, good}));
    (void)writer.deliver(numbered(0, 10));
    writer.stop();
    CHECK(writer.status().written == 3);
    CHECK(writer.status().dropped[static_cast<std::size_t>(DropReason::kDiskFull)] == 7);
}

TEST_CASE("an outage is told at its beginning and, with its losses, at its end") {
    const auto tap = std::make_shared<Tap>();
    tap->takes = 4;
    std::atomic<int> told{0};
    Writer writer(sinks({tap}), [&] { ++told; });
    const auto deliver_and_wait = [&](std::size_t count) {
        const auto before = writer.status().heartbeat;
        (void)writer.deliver(numbered(0, count));
        while (writer.status().heartbeat == before) std::this_thread::yield();
    };
    deliver_and_wait(10);
    deliver_and_wait(5);
    auto news = writer.take_news();
    REQUIRE(news.size() == 1);
    CHECK(news[0].kind == SinkNews::Kind::kOutageBegan);
    CHECK(news[0].detail == "no room");
    CHECK(writer.status().sinks[0].failing);
    deliver_and_wait(4); // taken whole
    news = writer.take_news();
    REQUIRE(news.size() == 1);
    CHECK(news[0].kind == SinkNews::Kind::kOutageEnded);
    CHECK(news[0].sink == "sink0");
    CHECK(news[0].events == 7);
    CHECK(news[0].reason == DropReason::kDiskFull);
    CHECK(news[0].from_ns > 0);
    CHECK(news[0].to_ns >= news[0].from_ns);
    CHECK_FALSE(writer.status().sinks[0].failing);
    CHECK(told == 2);
    deliver_and_wait(5);
    writer.stop();
    news = writer.take_news();
    REQUIRE(news.size() == 2);
    CHECK(news[1].kind == SinkNews::Kind::kOutageAtStop);
    CHECK(news[1].events == 1);
}

TEST_CASE("reopen reaches an idle and a busy writer, its failure is told") {
    const auto tap = std::make_shared<Tap>();
    Writer writer(sinks({tap}), {}, 100);
    writer.reopen();
    tap->wait([&] { return tap->reopened == 1; });
    tap->set([&] { tap->open = false; });
    (void)writer.deliver(numbered(0, 1, 200));
    tap->wait([&] { return tap->waiting == 1; });
    writer.reopen();
    tap->set([&] { tap->open = true; });
    tap->wait([&] { return tap->reopened == 2; });
    writer.stop();
    const auto news = writer.take_news();
    REQUIRE(news.size() == 2);
    CHECK(news[0].kind == SinkNews::Kind::kTrouble);
    CHECK(news[0].detail == "not now");
}

TEST_CASE("stop writes what is queued; what comes later is counted") {
    const auto tap = std::make_shared<Tap>();
    tap->open = false;
    Writer writer(sinks({tap}));
    for (std::size_t i = 0; i < 20; ++i) (void)writer.deliver(numbered(i, 1));
    tap->set([&] { tap->open = true; });
    writer.stop();
    CHECK(numbers(tap->lines).size() == 20);
    CHECK(writer.deliver(numbered(0, 3)).empty());
    CHECK(writer.status().written == 20);
    CHECK(writer.status().dropped[static_cast<std::size_t>(DropReason::kClosed)] == 3);
}

TEST_CASE("news that nobody takes stay bounded, the losses' sum stays right") {
    const auto tap = std::make_shared<Tap>();
    Writer writer(sinks({tap}));
    for (std::size_t i = 0; i < 300; ++i) {
        const auto before = writer.status().heartbeat;
        tap->set([&] { tap->takes = i % 2; });
        (void)writer.deliver(numbered(0, 1));
        while (writer.status().heartbeat == before) std::this_thread::yield();
    }
    writer.stop();
    std::uint64_t lost = 0;
    const auto news = writer.take_news();
    for (const auto& item : news) {
        if (item.kind == SinkNews::Kind::kOutageEnded) lost += item.events;
    }
    CHECK(news.size() <= 64);
    CHECK(lost == 150);
}

TEST_CASE("other sinks take over between two batches, and the books go on by name") {
    const auto a = std::make_shared<Tap>();
    const auto b = std::make_shared<Tap>();
    const auto c = std::make_shared<Tap>();
    Writer writer(sinks({a, b}));
    a->set([&] { a->open = false; }); // everything below waits in the queue
    (void)writer.deliver(numbered(0, 2));
    std::vector<std::unique_ptr<Sink>> added;
    added.push_back(std::make_unique<TestSink>(c, "sink1"));
    writer.replace_sinks({"sink0"}, std::move(added));
    (void)writer.deliver(numbered(2, 3));
    a->set([&] { a->open = true; });
    writer.stop();
    CHECK(numbers(a->lines) == std::multiset<std::size_t>{0, 1, 2, 3, 4});
    CHECK(numbers(b->lines) == std::multiset<std::size_t>{0, 1});
    CHECK(numbers(c->lines) == std::multiset<std::size_t>{2, 3, 4});
    const auto status = writer.status();
    REQUIRE(status.sinks.size() == 2);
    CHECK(status.sinks[1].written == 5);
    CHECK(status.written == 5);
}

TEST_CASE("a sink that goes while it fails ends its outage") {
    const auto a = std::make_shared<Tap>();
    a->takes = 0;
    Writer writer(sinks({a}));
    (void)writer.deliver(numbered(0, 2));
    writer.replace_sinks({}, sinks({std::make_shared<Tap>()}));
    (void)writer.deliver(numbered(2, 1));
    writer.stop();
    const auto news = writer.take_news();
    REQUIRE(news.size() == 2);
    CHECK(news[1].kind == SinkNews::Kind::kOutageEnded);
    CHECK(news[1].events == 2);
}
