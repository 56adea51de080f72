// SPDX-License-Identifier: Apache-2.0
// One thing to be logged about DNS: a message that was seen, or an answer that never came. A view over what the
// worker holds while it encodes; nothing here outlives the call. Daemon events (stats, loss, start, stop) are
// event/notice.h.
#pragma once

#include "dns/message.h"
#include "packet/flow.h"
#include "packet/packet.h"
#include "process/details.h"
#include "process/owner.h"
#include "util/siphash.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dnsmon {

/// privacy.answers, where records are not dropped.
enum class RecordsShown : std::uint8_t { kWhole, kHashed, kTruncated };

enum class Action : std::uint8_t { kQuery, kResponse, kTimeout };

/// One end of the conversation that lives on this host.
struct LocalProcess {
    const Owner* owner = nullptr;            ///< never null in an engaged optional
    const ProcessDetails* details = nullptr; ///< null: nothing more is known than the kernel said
    std::string_view user_name;              ///< of Event::process only; empty: not known
    std::string_view group_name;
};

struct Event {
    Action action = Action::kQuery;
    std::int64_t time_ns = 0; ///< since the epoch
    std::uint64_t sequence = 0;
    const dns::Message* message = nullptr; ///< for kTimeout: the query that was never answered
    Flow flow;                             ///< of the message itself: source sent it
    Direction direction = Direction::kUnknown;
    std::uint32_t netns = 0;                    ///< network namespace it was seen in, where that is not ours
    std::string_view interface;                 ///< empty: not known
    std::span<const std::string* const> interfaces; ///< all that the packet crossed, in order; none is null
    std::uint32_t network_bytes = 0;            ///< of the DNS message, without TCP's length prefix
    std::optional<LocalProcess> process;        ///< the client where it is local, else the local server
    std::optional<LocalProcess> server_process; ///< the server, when client and server are both local
    std::span<const LocalProcess> on_behalf_of; ///< query of a local resolver: the clients here that wait for its answer
    std::optional<std::int64_t> duration_ns;    ///< response: since its query; timeout: how long was waited
    std::uint32_t retransmits = 0;              ///< of the query, so far
    bool unsolicited = false;                   ///< a response to no query that waits for one
    bool heuristic = false;                     ///< found by content, not by port
    bool truncated = false;                     ///< the capture holds less than was sent
    bool hides_source = false;                  ///< the address is not to be shown (privacy.client_addresses)
    bool hides_destination = false;
    std::string_view client_alias;              ///< stands in its place; empty: nothing does
    bool hides_client_subnet = false;
    bool hides_command_line = false;            ///< nobody is to look it up either
    RecordsShown records_shown = RecordsShown::kWhole;
    const HashKey* hash_key = nullptr;          ///< for kHashed
    bool gap = false;                           ///< bytes of the TCP stream before this message were lost
};

} // namespace dnsmon
