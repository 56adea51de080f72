// SPDX-License-Identifier: Apache-2.0
#include "probe/hook_plan.h"

#include <algorithm>
#include <iterator>

namespace dnsmon {
namespace {

// Cheapest and most exact first; in the order of OwnerFlavour.
constexpr Candidate kCandidates[] = {
    {OwnerFlavour::kFentry, HookMode::kFentry, "fentry"},
    {OwnerFlavour::kKprobe, HookMode::kKprobe, "kprobe"},
    {OwnerFlavour::kCgroup, HookMode::kCgroup, "cgroup"},
    {OwnerFlavour::kCookie, HookMode::kCgroup, "cgroup by socket cookie"},
};

} // namespace

const char* to_string(HookMode mode) {
    switch (mode) {
    case HookMode::kAuto:
        return "auto";
    case HookMode::kFentry:
        return "fentry";
    case HookMode::kKprobe:
        return "kprobe";
    case HookMode::kCgroup:
        return "cgroup";
    case HookMode::kNone:
        break;
    }
    return "none";
}

std::vector<Candidate> candidates_for(HookMode mode) {
    std::vector<Candidate> out;
    std::copy_if(std::begin(kCandidates), std::end(kCandidates), std::back_inserter(out),
                 [mode](const Candidate& c) { return mode == HookMode::kAuto || mode == c.mode; });
    return out;
}

Candidate candidate_for(OwnerFlavour flavour) { return kCandidates[static_cast<std::size_t>(flavour)]; }

Result<HookPlan> choose_hooks(const std::vector<Candidate>& candidates, bool forced, const Trial& attach) {
    HookPlan plan;
    Error last;
    for (const Candidate& candidate : candidates) {
        auto hooks = attach(candidate.flavour);
        if (hooks) {
            plan.mode = candidate.mode;
            plan.hooks = std::move(hooks).value();
            return plan;
        }
        last = std::move(hooks).error().within(candidate.name);
        plan.passed_over.push_back(last.message);
    }
    if (forced && !candidates.empty()) return last;
    return plan;
}

std::string HookPlan::summary() const {
    std::string text = std::string("hooks: ") + to_string(mode);
    const char* separator = " (";
    for (const HookStatus& hook : hooks) {
        text += separator + hook.name;
        if (!hook.attached) text += " not attached: " + hook.problem;
        separator = ", ";
    }
    if (!hooks.empty()) text += ')';
    for (const std::string& other : passed_over) text += "; not " + other;
    return text;
}

} // namespace dnsmon
