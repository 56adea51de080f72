// SPDX-License-Identifier: Apache-2.0
// Events about the daemon itself, in the same stream as those about DNS: start, stop, stats, loss. Not per message, so
// built with nlohmann/json. Loop thread only.
#pragma once

#include "config/format.h"

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace dnsmon {

enum class NoticeAction : std::uint8_t { kStart, kStop, kStats, kLoss };
[[nodiscard]] std::string_view to_string(NoticeAction action); ///< "start" …: event.action; dataset is "dnsmon." + it

struct Notice {
    NoticeAction action = NoticeAction::kStats;
    std::int64_t time_ns = 0; ///< since the epoch
    std::string_view host_name;
    std::string_view message;            ///< one sentence for a person
    std::optional<std::int64_t> from_ns; ///< loss: event.start and event.end of the outage
    std::optional<std::int64_t> to_ns;
};

/// One line, '\n' included. `data` is an object: what stands under dnsmon.<action>; what is empty in it is left out.
[[nodiscard]] std::string encode_notice(Format format, const Notice& notice, const nlohmann::json& data);

} // namespace dnsmon
