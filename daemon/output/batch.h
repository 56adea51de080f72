// SPDX-License-Identifier: Apache-2.0
// What a worker hands to the writer: encoded events in one buffer, so that a batch costs one allocation that is
// reused. Filled by one thread, moved through the writer's queue, emptied by the writer thread.
#pragma once

#include "util/text_buffer.h"

#include <cstdint>
#include <vector>

namespace dnsmon {

struct EncodedEvent {
    std::uint32_t line_offset = 0;    ///< into Batch::lines
    std::uint32_t line_bytes = 0;     ///< '\n' of the last line included; text format: perhaps several lines
    std::uint32_t journal_offset = 0; ///< into Batch::journal
    std::uint32_t journal_bytes = 0;  ///< 0 when journald is off
};

struct Batch {
    TextBuffer lines;
    TextBuffer journal;
    std::vector<EncodedEvent> events;

    void clear() {
        lines.clear();
        journal.clear();
        events.clear();
    }
    [[nodiscard]] bool empty() const { return events.empty(); }
    [[nodiscard]] std::string_view line(const EncodedEvent& event) const {
        return lines.view(event.line_offset, event.line_bytes);
    }
    [[nodiscard]] std::size_t bytes() const { return lines.size() + journal.size(); }
};

} // namespace dnsmon
