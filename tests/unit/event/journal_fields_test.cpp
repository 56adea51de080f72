// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "event/journal_fields.h"
#include "samples.h"

#include <algorithm>

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

std::vector<std::string> entries(std::string_view bytes) {
    std::vector<std::string> all;
    while (!bytes.empty()) {
        std::uint32_t size = 0;
        REQUIRE(bytes.size() >= sizeof size);
        std::memcpy(&size, bytes.data(), sizeof size);
        bytes.remove_prefix(sizeof size);
        REQUIRE(bytes.size() >= size);
        all.emplace_back(bytes.substr(0, size));
        bytes.remove_prefix(size);
    }
    return all;
}

} // namespace

TEST_CASE("journald gets the line and the flat keys") {
    TextBuffer out;
    JournalFields().append(out, google_response()->event, "{\"a\":1}\n");
    CHECK(entries(out.view()) == std::vector<std::string>{"MESSAGE={\"a\":1}", "PRIORITY=6", "SYSLOG_IDENTIFIER=dnsmon",
                                                   "OBJECT_PID=10738", "COMM=dig", "PID=10738", "TGID=10739",
                                                   "DEV=ens18", "PROTO=TCP", "SRC=1.1.1.1", "DST=192.168.44.3",
                                                   "SPT=53", "DPT=57915", "UID=0", "GID=0", "DNS_QR=1",
                                                   "DNS_NAME=google.com.", "DNS_TYPE=A", "DNS_DATA=142.251.12.101"});
}

TEST_CASE("an event without a line is no entry, one without a process has no OBJECT_PID") {
    TextBuffer out;
    JournalFields fields;
    fields.append(out, google_query()->event, "");
    CHECK(out.empty());
    fields.append(out, google_query()->event, "x\n");
    for (const std::string& entry : entries(out.view())) CHECK(entry.rfind("OBJECT_PID", 0) == std::string::npos);
}

TEST_CASE("each answer is a field, up to what journald takes") {
    const auto all = maximal_samples();
    TextBuffer out;
    JournalFields().append(out, all[6]->event, "x\n");
    CHECK(entries(out.view()).size() < 512);
    out.clear();
    JournalFields().append(out, all[2]->event, "x\n");
    const auto fields = entries(out.view());
    CHECK(std::count_if(fields.begin(), fields.end(), [](const auto& f) { return f.rfind("DNS_DATA=", 0) == 0; }) == 4);
}

TEST_CASE("a daemon event is an entry with its priority") {
    TextBuffer out;
    append_journal_notice(out, "loss", 4, "{}\n");
    CHECK(entries(out.view()) ==
          std::vector<std::string>{"MESSAGE={}", "PRIORITY=4", "SYSLOG_IDENTIFIER=dnsmon", "EVENT=loss"});
}
