// SPDX-License-Identifier: Apache-2.0
// What a row of ServerAnswers is called: its address, or "other". Pure function.
#pragma once

#include "event/ip_text.h"
#include "stats/server_latency.h"

#include <string>

namespace dnsmon {

[[nodiscard]] inline std::string server_text(const ServerAnswers& answers) {
    if (!answers.server) return "other";
    TextBuffer line;
    append_address(line, Address{*answers.server});
    return std::string(line.view());
}

} // namespace dnsmon
