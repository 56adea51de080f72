// SPDX-License-Identifier: Apache-2.0
#include "process/liveness.h"

#include "catch.h"
#include "process/proc_files.h"
#include "util/clock.h"

#include <csignal>
#include <limits>
#include <sys/wait.h>
#include <unistd.h>

using namespace dnsmon;

namespace {

constexpr std::int64_t kNow = std::numeric_limits<std::int64_t>::max(); // whatever the clock says

std::uint64_t start_of(pid_t pid) {
    const auto files = ProcFiles::open("/proc", static_cast<std::uint32_t>(pid));
    REQUIRE(files);
    const auto stat = files->stat();
    REQUIRE(stat);
    return stat->start_ticks * (1'000'000'000 / ticks_per_second());
}

/// Waits to be killed.
pid_t start_child() {
    const pid_t pid = ::fork();
    if (pid == 0)
        for (;;) ::pause();
    REQUIRE(pid > 0);
    return pid;
}

void await_end(pid_t pid, int options) {
    siginfo_t info{};
    REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | options) == 0);
}

} // namespace

TEST_CASE("a process has ended once it only waits to be reaped, and stays ended") {
    Liveness liveness;
    const pid_t pid = start_child();
    const auto number = static_cast<std::uint32_t>(pid);
    const std::uint64_t start_ns = start_of(pid);
    CHECK_FALSE(liveness.has_ended(number, start_ns, kNow));
    CHECK_FALSE(liveness.has_ended(number, 0, kNow));
    const std::int64_t alive_ns = realtime_ns() - 1'000'000'000;
    ::kill(pid, SIGKILL);
    await_end(pid, WNOWAIT);
    CHECK_FALSE(liveness.has_ended(number, start_ns, alive_ns)); // it lived later than that
    CHECK(liveness.has_ended(number, start_ns, kNow));
    CHECK(liveness.has_ended(number, 0, kNow));
    CHECK(Liveness().has_ended(number, start_ns, kNow));
    await_end(pid, 0);
    CHECK(liveness.has_ended(number, start_ns, kNow));
    CHECK(Liveness().has_ended(number, start_ns, kNow));
}

TEST_CASE("a process with this number that was started at another time is another") {
    Liveness liveness;
    const auto self = static_cast<std::uint32_t>(::getpid());
    const std::uint64_t start_ns = start_of(::getpid());
    CHECK_FALSE(liveness.has_ended(self, start_ns, kNow));
    CHECK_FALSE(liveness.has_ended(self, start_ns + 1, kNow)); // within /proc's resolution
    CHECK(liveness.has_ended(self, start_ns - 1'000'000'000, kNow));
}
