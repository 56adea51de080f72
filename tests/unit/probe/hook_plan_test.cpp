// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "probe/hook_plan.h"

#include <cerrno>
#include <set>

using namespace dnsmon;

namespace {

// A kernel that takes these flavours.
Trial kernel(std::set<OwnerFlavour> takes) {
    return [takes](OwnerFlavour flavour) -> Result<std::vector<HookStatus>> {
        if (!takes.contains(flavour)) return Error{"loading: Operation not permitted", EPERM};
        return std::vector<HookStatus>{{"hook", true, false, {}}, {"extra", false, true, "no such symbol"}};
    };
}

Result<HookPlan> plan(HookMode mode, std::set<OwnerFlavour> takes) {
    return choose_hooks(candidates_for(mode), mode != HookMode::kAuto, kernel(std::move(takes)));
}

} // namespace

TEST_CASE("auto takes the first flavour that attaches") {
    using F = OwnerFlavour;
    CHECK(plan(HookMode::kAuto, {F::kFentry, F::kKprobe, F::kCgroup})->mode == HookMode::kFentry);
    CHECK(plan(HookMode::kAuto, {F::kKprobe, F::kCgroup})->mode == HookMode::kKprobe);
    CHECK(plan(HookMode::kAuto, {F::kCgroup, F::kCookie})->mode == HookMode::kCgroup);
    const auto last = plan(HookMode::kAuto, {F::kCookie});
    REQUIRE(last);
    CHECK(last->mode == HookMode::kCgroup);
    REQUIRE(last->passed_over.size() == 3);
    CHECK(last->passed_over[0] == "fentry: loading: Operation not permitted");
}

TEST_CASE("auto goes on without hooks, a forced flavour does not") {
    const auto none = plan(HookMode::kAuto, {});
    REQUIRE(none);
    CHECK(none->mode == HookMode::kNone);
    CHECK(none->passed_over.size() == 4);
    for (const HookMode mode : {HookMode::kFentry, HookMode::kKprobe, HookMode::kCgroup}) {
        const auto forced = plan(mode, {});
        REQUIRE_FALSE(forced);
        CHECK(forced.error().code == EPERM);
    }
    CHECK_FALSE(plan(HookMode::kKprobe, {OwnerFlavour::kFentry}));
}

TEST_CASE("mode none tries nothing") {
    const auto none = plan(HookMode::kNone, {OwnerFlavour::kFentry});
    REQUIRE(none);
    CHECK(none->mode == HookMode::kNone);
    CHECK(none->passed_over.empty());
    CHECK(none->summary() == "hooks: none");
}

TEST_CASE("the summary says in one line what was attached, what not and why") {
    const auto chosen = plan(HookMode::kAuto, {OwnerFlavour::kKprobe});
    REQUIRE(chosen);
    CHECK(chosen->summary() ==
          "hooks: kprobe (hook, extra not attached: no such symbol); not fentry: loading: Operation not permitted");
}
