// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "loop/event_loop.h"
#include "loop/signals.h"
#include "loop/timer.h"
#include "loop/wakeup.h"

#include <thread>
#include <vector>

using namespace dnsmon;

TEST_CASE("a wake-up from another thread runs its handler") {
    auto loop = EventLoop::make();
    auto wakeup = Wakeup::make();
    REQUIRE(loop);
    REQUIRE(wakeup);
    int woken = 0;
    REQUIRE(loop->watch(wakeup->fd(), [&] {
        wakeup->acknowledge();
        ++woken;
        loop->stop();
    }));
    std::thread other([&] { wakeup->signal(); });
    CHECK(loop->run());
    other.join();
    CHECK(woken == 1);
}

TEST_CASE("a timer fires again and again until it is stopped") {
    auto loop = EventLoop::make();
    auto timer = Timer::make();
    REQUIRE(timer);
    int fired = 0;
    REQUIRE(loop->watch(timer->fd(), [&] {
        timer->acknowledge();
        if (++fired == 3) loop->stop();
    }));
    timer->start(std::chrono::milliseconds(1));
    CHECK(loop->run());
    CHECK(fired == 3);
}

TEST_CASE("signals arrive as events, in order of number") {
    auto signals = Signals::block({SIGUSR1, SIGUSR2});
    REQUIRE(signals);
    auto loop = EventLoop::make();
    std::vector<int> got;
    REQUIRE(loop->watch(signals->fd(), [&] {
        while (const auto signal = signals->next()) got.push_back(*signal);
        loop->stop();
    }));
    ::raise(SIGUSR1);
    ::raise(SIGUSR2);
    CHECK(loop->run());
    CHECK(got == std::vector<int>{SIGUSR1, SIGUSR2});
}

TEST_CASE("a paused descriptor is not asked about until it is resumed") {
    auto loop = EventLoop::make();
    auto quiet = Wakeup::make();
    auto loud = Wakeup::make();
    std::vector<char> order;
    REQUIRE(loop->watch(quiet->fd(), [&] {
        order.push_back('q');
        loop->stop();
    }));
    REQUIRE(loop->watch(loud->fd(), [&] {
        loud->acknowledge();
        order.push_back('l');
        loop->resume(quiet->fd());
    }));
    loop->pause(quiet->fd());
    quiet->signal();
    loud->signal();
    CHECK(loop->run());
    CHECK(order == std::vector<char>{'l', 'q'});
}

TEST_CASE("a forgotten descriptor has no handler any more") {
    auto loop = EventLoop::make();
    auto one = Wakeup::make();
    auto two = Wakeup::make();
    int ran = 0;
    const auto once = [&] {
        ++ran;
        loop->forget(one->fd());
        loop->forget(two->fd());
        loop->stop();
    };
    REQUIRE(loop->watch(one->fd(), once));
    REQUIRE(loop->watch(two->fd(), once));
    one->signal();
    two->signal();
    CHECK(loop->run());
    CHECK(ran == 1);
}

TEST_CASE("watching what cannot be watched is an error with its reason") {
    auto loop = EventLoop::make();
    const auto failed = loop->watch(-1, [] {});
    REQUIRE(!failed);
    CHECK(failed.error().message == "epoll_ctl: Bad file descriptor");
}
