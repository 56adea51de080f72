// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "process/proc_files.h"
#include "process/process_table.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

using namespace dnsmon;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Owner owner_of(pid_t pid) {
    Owner owner;
    owner.attribution = Attribution::kExact;
    owner.pid = static_cast<std::uint32_t>(pid);
    return owner;
}

std::uint64_t start_ns_of(pid_t pid) {
    const auto files = ProcFiles::open("/proc", static_cast<std::uint32_t>(pid));
    return files->stat()->start_ticks * (1'000'000'000ULL / ticks_per_second());
}

/// A child that waits until it is let go.
class Child {
  public:
    Child() {
        REQUIRE(::pipe(pipe_) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            ::close(pipe_[1]);
            char byte = 0;
            [[maybe_unused]] const auto n = ::read(pipe_[0], &byte, 1);
            ::_exit(0);
        }
        ::close(pipe_[0]);
    }
    ~Child() { end(); }
    void end() {
        if (pid_ == 0) return;
        ::close(pipe_[1]);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

  private:
    int pipe_[2] = {-1, -1};
    pid_t pid_ = 0;
};

} // namespace

TEST_CASE("details are read once and outlive the process") {
    ProcessTable table({}, 8);
    Child child;
    Owner owner = owner_of(child.pid());
    owner.start_ns = start_ns_of(child.pid());
    const auto first = table.find(owner, 0);
    REQUIRE(first);
    CHECK(first->parent_pid == static_cast<std::uint32_t>(::getpid()));
    CHECK(first->executable.ends_with("unit_process_process_table"));
    CHECK(first->started_at_ns > 0);
    child.end();
    CHECK(table.find(owner, 60 * kSecond) == first);
    CHECK(table.reads() == 1);
}

TEST_CASE("a pid with another start time is another process") {
    ProcessTable table({}, 8);
    Owner owner = owner_of(::getpid());
    owner.start_ns = start_ns_of(::getpid()) + 10 * static_cast<std::uint64_t>(kSecond);
    CHECK(table.find(owner, 0) == nullptr);
    CHECK(table.gone() == 1);
    owner.start_ns = start_ns_of(::getpid());
    CHECK(table.find(owner, 0) != nullptr);
}

TEST_CASE("a process that was gone is not looked for again") {
    ProcessTable table({}, 8);
    Child child;
    Owner owner = owner_of(child.pid());
    owner.start_ns = start_ns_of(child.pid());
    child.end();
    CHECK(table.find(owner, 0) == nullptr);
    CHECK(table.find(owner, 1) == nullptr);
    CHECK(table.gone() == 1);
}

TEST_CASE("no two details that may differ have one serial") {
    ProcessTable table({}, 8);
    table.set_program_reader([](const Owner& owner) { return ProgramFacts{"/bin/" + std::to_string(owner.image), "", 1, ""}; });
    Child child;
    Owner owner = owner_of(child.pid());
    owner.start_ns = start_ns_of(child.pid());
    std::vector<std::uint64_t> serials;
    for (owner.image = 1; owner.image <= 4; ++owner.image) { // none of them is what /proc shows: all are completed
        if (owner.image == 3) child.end();
        const auto details = table.find(owner, 0);
        REQUIRE(details != nullptr);
        CHECK(details->executable == "/bin/" + std::to_string(owner.image));
        serials.push_back(details->serial);
        CHECK(table.find(owner, 1)->serial == details->serial);
    }
    CHECK(std::find(serials.begin(), serials.end(), 0U) == serials.end());
    std::sort(serials.begin(), serials.end());
    CHECK(std::adjacent_find(serials.begin(), serials.end()) == serials.end());
}

TEST_CASE("another name means another program: read again") {
    ProcessTable table({}, 8);
    Owner owner = owner_of(::getpid());
    owner.start_ns = start_ns_of(::getpid());
    REQUIRE(table.find(owner, 0));
    std::strncpy(owner.process_name.data(), "other", owner.process_name.size());
    CHECK(table.find(owner, 0));
    CHECK(table.reads() == 2);
}

TEST_CASE("the table is bounded and forgets the least recently used") {
    ProcessTable table({}, 2);
    Child a;
    Child b;
    for (const pid_t pid : {::getpid(), a.pid(), ::getpid(), b.pid()}) REQUIRE(table.find(owner_of(pid), 0));
    CHECK(table.reads() == 3);
    REQUIRE(table.find(owner_of(::getpid()), 0));
    CHECK(table.reads() == 3);
    REQUIRE(table.find(owner_of(a.pid()), 0));
    CHECK(table.reads() == 4);
}

TEST_CASE("what the configuration switches off is not read") {
    EnrichConfig config;
    config.executable = config.command_line = config.parent = config.unit = config.container = false;
    ProcessTable table(config, 8);
    const auto details = table.find(owner_of(::getpid()), 0);
    REQUIRE(details);
    CHECK(details->executable.empty());
    CHECK(details->command_line.empty());
    CHECK(details->parent_pid == 0);
}

TEST_CASE("no owner, no lookup") {
    ProcessTable table({}, 8);
    CHECK(table.find(Owner{}, 0) == nullptr);
    CHECK(table.gone() == 0);
}
