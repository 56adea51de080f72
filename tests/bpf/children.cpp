// SPDX-License-Identifier: Apache-2.0
#include "children.h"

#include "catch.h"

#include <csignal>
#include <cstdio>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace dnsmon::test {

Child Child::start(const char* name, const std::function<void(const Ready&)>& body) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    Fd read_end(ends[0]), write_end(ends[1]);
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::prctl(PR_SET_NAME, name);
        read_end.reset();
        body([&] { must(::write(write_end.get(), "r", 1) == 1, "ready"); });
        std::_Exit(0);
    }
    write_end.reset();
    char byte = 0;
    (void)!::read(read_end.get(), &byte, 1); // 0 bytes: ended without a word, which wait() tells
    return Child(pid);
}

Child::Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Child::~Child() { kill(); }

int Child::wait() {
    int status = 0;
    if (pid_ < 0 || ::waitpid(std::exchange(pid_, -1), &status, 0) < 0) return -1;
    return status;
}

void Child::kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    wait();
}

std::uint32_t run_child(const char* name, const std::function<void()>& body) {
    Child child = Child::start(name, [&](const Child::Ready&) { body(); });
    const std::uint32_t pid = child.pid();
    CHECK(child.wait() == 0);
    return pid;
}

void must(bool condition, const char* what) {
    if (condition) return;
    std::perror(what);
    std::_Exit(1);
}

} // namespace dnsmon::test
