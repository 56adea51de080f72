// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "pipeline/ends.h"

#include <unistd.h>

using namespace dnsmon;

namespace {

Owner owner_of(std::uint32_t pid, Attribution attribution = Attribution::kExact) {
    Owner owner;
    owner.attribution = attribution;
    owner.pid = pid;
    return owner;
}

} // namespace

TEST_CASE("packets of one process share their end, another fact about it makes another end") {
    ProcessTable processes({}, 16);
    Ends ends;
    const Owner owner = owner_of(static_cast<std::uint32_t>(::getpid()));
    const EndPtr first = kept(ends.find(owner, 0, processes));
    REQUIRE(first);
    REQUIRE(first->details);
    CHECK(first->details->pid == owner.pid);
    CHECK(ends.find(owner, 1, processes) == first.get());

    Owner renamed = owner;
    renamed.thread_name = {'x'};
    CHECK(ends.find(renamed, 2, processes) != first.get());
    CHECK(first->owner.thread_name[0] == '\0');
    CHECK(processes.reads() == 1);
}

TEST_CASE("an unknown owner has no end, a process that is gone has one without details") {
    ProcessTable processes({}, 16);
    Ends ends;
    CHECK(ends.find(Owner{}, 0, processes) == nullptr);
    const End* gone = ends.find(owner_of(0x7fffffff), 0, processes);
    REQUIRE(gone != nullptr);
    CHECK(gone->details == nullptr);
}

TEST_CASE("an end outlives its place for whoever keeps it") {
    ProcessTable processes({}, 16);
    Ends ends;
    const EndPtr first = kept(ends.find(owner_of(0x7ffffff0), 0, processes));
    for (std::uint32_t pid = 0x7fff0000; pid < 0x7fff0000 + 2000; ++pid) CHECK(ends.find(owner_of(pid), 0, processes) != nullptr);
    CHECK(first->owner.pid == 0x7ffffff0);
    ends.clear();
    CHECK(first->owner.pid == 0x7ffffff0);
}
