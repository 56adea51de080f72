// SPDX-License-Identifier: Apache-2.0
// Nothing outlives the process: not after kill -9 either.
#include "catch.h"
#include "children.h"
#include "sandbox.h"

#include "probe/skeletons.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

// Ids of the programs that process `pid` has open, from /proc/PID/fdinfo.
std::set<std::uint32_t> program_ids(std::uint32_t pid) {
    std::set<std::uint32_t> ids;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fdinfo")) {
        std::ifstream file(entry.path());
        for (std::string key, value; file >> key >> value;)
            if (key == "prog_id:") ids.insert(static_cast<std::uint32_t>(std::stoul(value)));
    }
    return ids;
}

bool exists(std::uint32_t program_id) {
    const Fd program(::bpf_prog_get_fd_by_id(program_id));
    return program.valid();
}

} // namespace

TEST_CASE("a killed probe leaves no program behind, two of them do not disturb each other") {
    enter_network_namespace();
    const Probe other = attach_or_skip(flavour_under_test());
    Child child = Child::start("killed", [](const Child::Ready& ready) {
        const Probe probe = attach_or_skip(flavour_under_test());
        ready();
        must(::pause() == 0, "pause");
    });
    const std::set<std::uint32_t> ours = program_ids(static_cast<std::uint32_t>(::getpid()));
    std::set<std::uint32_t> theirs = program_ids(child.pid());
    for (const std::uint32_t id : ours) theirs.erase(id); // inherited
    REQUIRE(theirs.size() >= 2);
    for (const std::uint32_t id : theirs) CHECK(exists(id));
    child.kill();
    // The kernel frees a detached program after an RCU grace period, on a worker: soon, but not at once.
    for (const std::uint32_t id : theirs) {
        for (int tries = 0; tries < 1'000'000 && exists(id); ++tries) ::sched_yield();
        CHECK_FALSE(exists(id));
    }
    for (const std::uint32_t id : ours) CHECK(exists(id));
}
