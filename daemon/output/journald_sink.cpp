// SPDX-License-Identifier: Apache-2.0
#include "output/journald_sink.h"

#include "output/poll_timeout.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

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

JournaldSink::JournaldSink(std::string socket, std::chrono::milliseconds patience)
    : socket_(std::move(socket)), patience_(patience),
      probe_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}

/// An errno, or 0. sd_journal_sendv calls it success when journald's socket does not exist. Asked for each batch: a
/// restarted journald has another socket at the same path.
int JournaldSink::listening() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.size() >= sizeof address.sun_path) return ENAMETOOLONG;
    std::memcpy(address.sun_path, socket_.c_str(), socket_.size() + 1);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    return ::connect(probe_.get(), generic, sizeof address) == 0 ? 0 : errno;
}

/// An errno, or 0. sd_journal_sendv waits without end for a journald that does not read; a datagram socket connected to
/// the same place is writable just when that one's queue has room.
int JournaldSink::wait_for_room() {
    pollfd poller{probe_.get(), POLLOUT, 0};
    int ready = 0;
    do {
        ready = ::poll(&poller, 1, stalled_ ? 0 : poll_timeout(patience_));
    } while (ready < 0 && errno == EINTR);
    stalled_ = ready == 0;
    return ready < 0 ? errno : stalled_ ? ETIMEDOUT : 0;
}

/// Events that were encoded before journald became an output have no fields: they go as their line alone.
int JournaldSink::send_event(const Batch& batch, const EncodedEvent& event) {
    if (event.journal_bytes > 0)
        return send(batch.journal.view(event.journal_offset, event.journal_bytes));
    return send_line(batch.line(event));
}

int JournaldSink::send(std::string_view entry) {
    split_fields(entry, fields_);
    return send_fields();
}

int JournaldSink::send_line(std::string_view line) {
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.empty()) return 0; // text format: an event may have no line
    message_.assign("MESSAGE=").append(line);
    fields_.clear();
    for (const std::string_view field :
         {std::string_view(message_), std::string_view("PRIORITY=6"), std::string_view("SYSLOG_IDENTIFIER=dnsmon")})
        fields_.push_back({const_cast<char*>(field.data()), field.size()}); // sendv only reads
    return send_fields();
}

int JournaldSink::send_fields() {
    if (const int error = wait_for_room(); error != 0) return error;
    return -sd_journal_sendv(fields_.data(), static_cast<int>(fields_.size()));
}

WriteOutcome JournaldSink::write(const Batch& batch) {
    WriteOutcome outcome;
    int error = listening();
    for (const EncodedEvent& event : batch.events) {
        if (error == 0) error = send_event(batch, event);
        if (error != 0) break;
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
