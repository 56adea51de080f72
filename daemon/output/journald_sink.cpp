// SPDX-License-Identifier: Apache-2.0
#include "output/journald_sink.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

// Without this the header's macros add CODE_FILE, CODE_LINE and CODE_FUNC of this file to every event.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

namespace dnsmon {

namespace {

/// Entries of u32 length, then "KEY=value" (event/journal_fields.h).
void split_fields(std::string_view entry, std::vector<iovec>& fields) {
    fields.clear();
    while (entry.size() >= sizeof(std::uint32_t)) {
        std::uint32_t bytes = 0;
        std::memcpy(&bytes, entry.data(), sizeof bytes);
        entry.remove_prefix(sizeof bytes);
        if (bytes > entry.size()) return;
        fields.push_back({const_cast<char*>(entry.data()), bytes}); // sendv only reads
        entry.remove_prefix(bytes);
    }
}

} // namespace

JournaldSink::JournaldSink(std::string socket) : socket_(std::move(socket)) {}

WriteOutcome JournaldSink::write(const Batch& batch) {
    WriteOutcome outcome;
    int error = 0;
    // sd_journal_sendv calls it success when journald's socket does not exist.
    if (::access(socket_.c_str(), F_OK) != 0) error = errno;
    for (const EncodedEvent& event : batch.events) {
        if (error != 0) break;
        if (event.journal_bytes > 0) {
            split_fields(std::string_view(batch.journal).substr(event.journal_offset, event.journal_bytes), fields_);
            error = -sd_journal_sendv(fields_.data(), static_cast<int>(fields_.size()));
            if (error != 0) break;
        }
        ++outcome.written;
    }
    outcome.dropped = batch.events.size() - outcome.written;
    if (error != 0) {
        outcome.reason = DropReason::kUnavailable;
        outcome.detail = system_error("sending to journald", error).message;
    }
    return outcome;
}

} // namespace dnsmon
