// SPDX-License-Identifier: Apache-2.0
// docs/operations.md against the counters: each that stands for a loss is explained there.
#include "catch.h"
#include "output/sink.h"
#include "stats/counters.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

using namespace dnsmon;

namespace {

/// What counters of losses are called; a new one is found by its name.
constexpr std::string_view kLosses[] = {"_expired", "_evicted", "_gaps", "_lost", "_gone", "_errors", "_full", "_failed"};

bool is_loss(std::string_view name) {
    return std::any_of(std::begin(kLosses), std::end(kLosses), [name](auto end) { return name.ends_with(end); });
}

std::string page() {
    std::ifstream file(DNSMON_OPERATIONS_DOC);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_CASE("docs/operations.md explains every counter of a loss") {
    const auto text = page();
    int losses = 0;
    for (const auto& info : kCounterTable) {
        if (!is_loss(info.name)) continue;
        ++losses;
        INFO(info.name);
        const std::string name(info.name);
        // As "counters.x", or as another of the same row.
        CHECK((text.find("`counters." + name + "`") != std::string::npos || text.find("`" + name + "`") != std::string::npos));
    }
    CHECK(losses >= 7);
}

TEST_CASE("docs/operations.md explains every reason to drop an event") {
    const auto text = page();
    for (std::size_t i = 1; i < kDropReasons; ++i) { // not kNone
        const std::string name = std::string("`sinks.NAME.dropped_by.") + to_string(static_cast<DropReason>(i)) + "`";
        INFO(name);
        CHECK(text.find(name) != std::string::npos);
    }
}
