// SPDX-License-Identifier: Apache-2.0
// Prints ECS events of every shape, daemon events included, for ecs_check.sh.
#include "event/encoder.h"
#include "event/notice.h"
#include "samples.h"

#include <cstdio>
#include <nlohmann/json.hpp>

using namespace dnsmon;
using namespace dnsmon::test;

int main() {
    const auto encoder = make_encoder(Format::kEcs, {"web-1", {}});
    TextBuffer out;
    for (const auto& sample : maximal_samples()) encoder->append(out, sample->event);
    for (const auto& sample : hostile_samples(5000, 7)) encoder->append(out, sample->event);
    for (const auto action : {NoticeAction::kStart, NoticeAction::kStop, NoticeAction::kStats, NoticeAction::kLoss}) {
        const Notice notice{action, 1'795'435'200'000'000'000, "web-1", "what happened", 1, 2};
        out.text(encode_notice(Format::kEcs, notice, {{"count", 1}}));
    }
    return std::fwrite(out.view().data(), 1, out.size(), stdout) == out.size() ? 0 : 1;
}
