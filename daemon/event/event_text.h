// SPDX-License-Identifier: Apache-2.0
// Small readings of an Event that more than one format needs. Pure functions.
#pragma once

#include "dns/mdns.h"
#include "dns/registry.h"
#include "event/event.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dnsmon {

/// Compression lets 64 KiB of message name 14 MiB of text. No real message comes near this bound; the records that a
/// hostile one would add beyond it are left out.
constexpr std::size_t kMaxLineBytes = 1U << 20;

/// journald takes at most 1024 fields an entry; the MESSAGE has the answers beyond these.
constexpr std::size_t kMaxJournalAnswers = 256;

/// The class as it is meant: over mDNS the top bit is a flag (RFC 6762 5.4 and 10.2).
[[nodiscard]] inline std::uint16_t plain_class(const Event& event, std::uint16_t klass) {
    constexpr std::uint16_t kMdnsPort = 5353;
    const bool mdns = event.flow.source.port == kMdnsPort || event.flow.destination.port == kMdnsPort;
    return mdns ? dns::mdns_class(klass) : klass;
}

/// UPDATE has other sections (RFC 2136 2): what stands where answers stand is a prerequisite.
[[nodiscard]] inline bool is_update(const dns::Message& message) {
    return message.header.opcode == dns::kOpcodeUpdate;
}
[[nodiscard]] inline bool is_answer(const dns::Message& message, const dns::Record& record) {
    return record.section == dns::Section::kAnswer && !is_update(message);
}

/// The process's name as it was when the process sent; where the kernel could not tell, as /proc shows it later; else
/// the thread's. May be empty.
[[nodiscard]] inline std::string_view process_name(const LocalProcess& process) {
    const std::string_view leader = comm_view(process.owner->process_name);
    if (!leader.empty()) return leader;
    if (process.details != nullptr && !process.details->name.empty()) return process.details->name;
    return comm_view(process.owner->thread_name);
}

} // namespace dnsmon
