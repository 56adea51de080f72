// SPDX-License-Identifier: Apache-2.0
// Which flavour of owner hooks: a table of candidates, the first that attaches wins. The trial is a parameter, so that
// tests can play any kernel.
#pragma once

#include "probe/probe.h"
#include "probe/skeletons.h"

#include <functional>
#include <vector>

namespace dnsmon {

struct Candidate {
    OwnerFlavour flavour;
    HookMode mode;
    const char* name;
};

/// Those that `mode` allows, in the order of trial; empty for kNone.
[[nodiscard]] std::vector<Candidate> candidates_for(HookMode mode);
[[nodiscard]] Candidate candidate_for(OwnerFlavour flavour);

/// Tries each; the plan says which one `attach` accepted and why not the others. Every one refused: the last one's
/// Error when the choice was `forced`, else a plan of mode kNone.
using Trial = std::function<Result<std::vector<HookStatus>>(OwnerFlavour)>;
[[nodiscard]] Result<HookPlan> choose_hooks(const std::vector<Candidate>& candidates, bool forced, const Trial& attach);

} // namespace dnsmon
