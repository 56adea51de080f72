// SPDX-License-Identifier: Apache-2.0
#include "event/process_json.h"

#include "catch.h"
#include "samples.h"

#include <functional>

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

std::string own(ProcessJson& encoder, const LocalProcess& process) {
    TextBuffer line;
    encoder.append_own(line, process);
    return std::string(line.view());
}

/// As an encoder writes it that has seen nothing before.
std::string anew(const LocalProcess& process) {
    ProcessJson fresh;
    return own(fresh, process);
}

} // namespace

TEST_CASE("what was kept for a process is what would be written anew") {
    const auto sample = google_response();
    sample->with_details();
    sample->details.serial = 7;
    const LocalProcess process = *sample->event.process;
    ProcessJson encoder;
    const std::string first = own(encoder, process);
    CHECK(first == anew(process));
    CHECK(own(encoder, process) == first);
}

TEST_CASE("nothing that is kept is written for another process") {
    using Change = std::function<void(Owner&, ProcessDetails&, LocalProcess&)>;
    const std::vector<Change> changes = {
        [](Owner& owner, auto&, auto&) { owner.tid = 10740; },
        [](Owner& owner, auto&, auto&) { owner.uid = 1000; },
        [](Owner& owner, auto&, auto&) { owner.gid = 1000; },
        [](Owner& owner, auto&, auto&) { Sample::set_comm(owner.thread_name, "isc-net-0001"); },
        [](Owner& owner, auto&, auto&) { Sample::set_comm(owner.process_name, "renamed"); },
        [](Owner& owner, auto& details, auto&) { owner.pid += 256 * 31, details.serial = 8; }, // the same place
        [](auto&, auto& details, auto&) { details.serial = 8, details.executable = "/usr/bin/kdig"; },
        [](auto&, auto&, auto& process) { process.user_name = "toor"; },
        [](auto&, auto&, auto& process) { process.group_name = "wheel"; },
        [](auto&, auto&, auto& process) { process.details = nullptr; },
        [](auto&, auto& details, auto&) { details.serial = 0, details.command_line = "dig (hidden)"; },
    };
    for (const Change& change : changes) {
        const auto sample = google_response();
        sample->with_details();
        sample->details.serial = 7;
        LocalProcess process = *sample->event.process;
        ProcessJson encoder;
        const std::string before = own(encoder, process);
        change(sample->owner, sample->details, process);
        const std::string after = own(encoder, process);
        CHECK(after != before);
        CHECK(after == anew(process));
    }
}

TEST_CASE("a text too long to be kept is written each time") {
    const auto sample = google_response();
    sample->with_details();
    sample->details.serial = 7;
    sample->details.command_line.assign(4096, '\x01');
    ProcessJson encoder;
    const std::string first = own(encoder, *sample->event.process);
    CHECK(first.size() > 6 * 4096);
    CHECK(own(encoder, *sample->event.process) == first);
}

TEST_CASE("a server is named shortly") {
    const auto sample = google_response();
    sample->with_details();
    TextBuffer line;
    ProcessJson::append_short(line, *sample->event.process);
    CHECK(line.view() == R"({"pid":10738,"name":"dig","executable":"/usr/bin/dig"})");
}
