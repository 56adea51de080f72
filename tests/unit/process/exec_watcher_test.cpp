// SPDX-License-Identifier: Apache-2.0
// The real process connector. Needs CAP_NET_ADMIN in the host's namespaces: elsewhere the open itself is what is tested.
#include "catch.h"
#include "process/exec_notices.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

using namespace dnsmon;

TEST_CASE("a program that starts is told by its pid, and nothing else is") {
    auto notices = ExecNotices::open();
    if (!notices) {
        WARN("not possible here: " << notices.error().message);
        CHECK(notices.error().code != 0);
        return;
    }
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl("/bin/true", "true", nullptr);
        ::_exit(127);
    }
    const pid_t quiet = ::fork(); // forks and exits without exec: no notice
    if (quiet == 0) ::_exit(0);
    std::vector<std::uint32_t> told;
    const auto has_child = [&] {
        return std::find(told.begin(), told.end(), static_cast<std::uint32_t>(child)) != told.end();
    };
    pollfd ready{notices->fd(), POLLIN, 0};
    while (!has_child() && ::poll(&ready, 1, 5000) > 0) notices->drain([&](std::uint32_t pid) { told.push_back(pid); });
    ::waitpid(child, nullptr, 0);
    ::waitpid(quiet, nullptr, 0);
    CHECK(has_child());
    for (const auto pid : told) CHECK(pid != static_cast<std::uint32_t>(quiet));
}
