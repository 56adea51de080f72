// SPDX-License-Identifier: Apache-2.0
#include "output/stdout_sink.h"

#include "output/lines.h"
#include "output/poll_timeout.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace dnsmon {

namespace {

mode_t type_of(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 ? status.st_mode & S_IFMT : 0;
}

/// O_NONBLOCK belongs to the open file that is shared with the shell and its other children: setting it there would
/// break them. Opening it once more gives one of our own. Not for regular files, whose offset is shared on purpose.
Fd open_again_nonblocking(int fd) {
    const mode_t type = type_of(fd);
    if (type != S_IFIFO && type != S_IFCHR) return {};
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    return Fd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

} // namespace

StdoutSink::StdoutSink(int fd, std::chrono::milliseconds patience)
    : fd_(fd), own_(open_again_nonblocking(fd)), socket_(type_of(fd) == S_IFSOCK), patience_(patience) {
    if (own_) fd_ = own_.get();
}

StdoutSink::~StdoutSink() {
    if (rest_.empty()) return;
    stalled_ = false;
    std::size_t done = 0;
    (void)write_some(rest_, done); // nobody is left to be told
}

bool StdoutSink::wait_writable() {
    pollfd poller{fd_, POLLOUT, 0};
    const int timeout = stalled_ ? 0 : poll_timeout(patience_);
    int ready = 0;
    do {
        ready = ::poll(&poller, 1, timeout);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
}

/// Writes from `done` on; `done` grows by what went out.
StdoutSink::Progress StdoutSink::write_some(std::string_view bytes, std::size_t& done) {
    while (done < bytes.size()) {
        const std::string_view left = bytes.substr(done);
        const ssize_t n = socket_ ? ::send(fd_, left.data(), left.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                                  : ::write(fd_, left.data(), left.size());
        if (n >= 0) {
            done += static_cast<std::size_t>(n);
            stalled_ = false;
        } else if (errno == EAGAIN) {
            if (wait_writable()) continue;
            stalled_ = true;
            error_ = EAGAIN;
            return Progress::kStalled;
        } else if (errno != EINTR) {
            error_ = errno;
            return Progress::kFailed;
        }
    }
    return Progress::kDone;
}

DropReason StdoutSink::reason_of_failure() const {
    switch (error_) {
    case EPIPE: return DropReason::kClosed;
    case EAGAIN: return DropReason::kUnavailable;
    case ENOSPC:
    case EDQUOT: return DropReason::kDiskFull;
    case EFBIG: return DropReason::kTooLarge;
    default: return DropReason::kIoError;
    }
}

WriteOutcome StdoutSink::write(const Batch& batch) {
    std::size_t rest_done = 0;
    Progress progress = write_some(rest_, rest_done);
    rest_.erase(0, rest_done);
    std::size_t done = 0;
    if (progress == Progress::kDone) progress = write_some(batch.lines.view(), done);

    WriteOutcome outcome;
    outcome.written = whole_events(batch, 0, done);
    if (progress != Progress::kDone && outcome.written < batch.events.size()) {
        // An event that has begun is owed: its rest goes first as soon as the reader takes something again.
        const std::size_t end = line_end(batch.events[outcome.written]);
        if (done > batch.events[outcome.written].line_offset) {
            rest_ = batch.lines.view(done, end - done);
            ++outcome.written;
        }
    }
    outcome.dropped = batch.events.size() - outcome.written;
    if (progress != Progress::kDone) {
        outcome.reason = reason_of_failure();
        outcome.detail = system_error("standard output", error_).message;
    }
    return outcome;
}

} // namespace dnsmon
