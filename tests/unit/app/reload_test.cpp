// SPDX-License-Identifier: Apache-2.0
#include "app/reload.h"
#include "catch.h"

using namespace dnsmon;

TEST_CASE("what can change is taken as it is wanted") {
    Config wanted;
    wanted.capture.ports = {53, 5353};
    wanted.filter.queries = false;
    wanted.pairing.entries = 2048;
    wanted.enrich.parent = false;
    wanted.output.format = Format::kFlat;
    wanted.log.level = LogLevel::kDebug;
    const auto plan = plan_reload(Config{}, wanted);
    CHECK(plan.need_restart.empty());
    CHECK(plan.config == wanted);
}

TEST_CASE("what is made at start keeps its value and is named") {
    Config wanted;
    wanted.capture.ring_buffer_bytes = 1U << 20;
    wanted.hooks.mode = HookMode::kNone;
    wanted.workers.threads = 3;
    wanted.filter.responses = false;
    const auto plan = plan_reload(Config{}, wanted);
    CHECK(plan.need_restart == std::vector<std::string_view>{"capture.ring_buffer", "hooks.mode", "workers.threads"});
    Config expected;
    expected.filter.responses = false;
    CHECK(plan.config == expected);
}
