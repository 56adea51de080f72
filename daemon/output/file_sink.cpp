// SPDX-License-Identifier: Apache-2.0
#include "output/file_sink.h"

#include "output/lines.h"
#include "output/rotation.h"

#include <cerrno>
#include <chrono>
#include <limits>
#include <utility>

namespace dnsmon {

namespace {

DropReason reason_of(int error) {
    switch (error) {
    case ENOSPC:
    case EDQUOT: return DropReason::kDiskFull;
    case EFBIG: return DropReason::kTooLarge;
    case ENOENT:
    case ENOTDIR: return DropReason::kUnavailable;
    default: return DropReason::kIoError;
    }
}

std::uint64_t limit_from(const FileConfig& config) {
    return config.max_size_bytes == 0 ? std::numeric_limits<std::uint64_t>::max() : config.max_size_bytes;
}

void fail(WriteOutcome& outcome, Error error) {
    outcome.reason = reason_of(error.code);
    outcome.detail = std::move(error.message);
}

} // namespace

std::int64_t unix_now_s() {
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

FileSink::FileSink(const FileConfig& config, UnixClock clock)
    : config_(config), clock_(std::move(clock)), size_limit_(limit_from(config)) {
    if (config.compress) compressor_ = std::make_unique<Compressor>(config.path, config.max_files);
}

Result<std::unique_ptr<FileSink>> FileSink::open(const FileConfig& config, UnixClock clock) {
    auto sink = std::unique_ptr<FileSink>(new FileSink(config, std::move(clock)));
    if (auto opened = sink->reopen(); !opened) return std::move(opened).error();
    return sink;
}

Result<std::unique_ptr<FileSink>> FileSink::open_later(const FileConfig& config, UnixClock clock) {
    if (auto tried = LogFile::try_open(config.path, config.mode); !tried) return std::move(tried).error();
    return std::unique_ptr<FileSink>(new FileSink(config, std::move(clock)));
}

Result<void> FileSink::reopen() {
    auto opened = LogFile::open(config_.path, config_.mode);
    if (!opened) {
        file_ = LogFile();
        return std::move(opened).error();
    }
    file_ = std::move(opened).value();
    size_limit_ = limit_from(config_);
    period_ = period_at(file_.size_bytes() > 0 ? file_.modified_at_s() : clock_());
    remove_surplus_files();
    return {};
}

/// Where something else rotates, the names are its own.
void FileSink::remove_surplus_files() {
    if (config_.max_size_bytes == 0 && config_.rotate_every.count() == 0) return;
    if (auto removed = remove_surplus(config_.path, config_.max_files); !removed)
        problem_ = std::move(removed).error().message;
}

std::int64_t FileSink::period_at(std::int64_t time_s) const {
    return config_.rotate_every.count() > 0 ? time_s / config_.rotate_every.count() : 0;
}

bool FileSink::rotation_due(std::uint64_t next_bytes) const {
    if (file_.size_bytes() == 0) return false;
    return file_.size_bytes() + next_bytes > size_limit_ ||
           (config_.rotate_every.count() > 0 && period_at(clock_()) > period_);
}

Result<void> FileSink::rotate_files() {
    if (!compressor_) return rotate_names(config_.path, config_.max_files);
    const auto names = compressor_->hold_names();
    auto renamed = rotate_names(config_.path, config_.max_files);
    compressor_->wake();
    return renamed;
}

/// What cannot be rotated goes on growing: a file that is too long is better than a lost event.
void FileSink::rotate(WriteOutcome& outcome) {
    if (auto renamed = rotate_files(); !renamed) {
        outcome.detail = std::move(renamed).error().message;
        size_limit_ = file_.size_bytes() + limit_from(config_) / 2;
        period_ = period_at(clock_());
        return;
    }
    if (auto opened = reopen(); !opened) fail(outcome, std::move(opened).error());
}

/// Writes the events from `first` on that still fit in the current file, at least one; returns how many got there.
std::size_t FileSink::append_some(const Batch& batch, std::size_t first, WriteOutcome& outcome) {
    const std::size_t start = batch.events[first].line_offset;
    const std::uint64_t room = size_limit_ > file_.size_bytes() ? size_limit_ - file_.size_bytes() : 0;
    const std::size_t fitting =
        whole_events(batch, first, start + static_cast<std::size_t>(std::min<std::uint64_t>(room, batch.lines.size())));
    const std::size_t count = std::max<std::size_t>(fitting, 1);
    const std::size_t end = line_end(batch.events[first + count - 1]);
    const LogFile::Appended appended = file_.append(batch.lines.view(start, end - start));
    if (appended.error == 0) return count;

    const std::size_t whole = whole_events(batch, first, start + appended.bytes);
    const std::size_t kept = whole == 0 ? 0 : line_end(batch.events[first + whole - 1]) - start;
    file_.cut_last(appended.bytes - kept);
    fail(outcome, system_error("writing " + config_.path, appended.error));
    return whole;
}

WriteOutcome FileSink::write(const Batch& batch) {
    WriteOutcome outcome;
    if (!file_.still_at(config_.path)) {
        if (auto opened = reopen(); !opened) fail(outcome, std::move(opened).error());
    }
    while (outcome.written < batch.events.size() && outcome.reason == DropReason::kNone) {
        if (rotation_due(batch.events[outcome.written].line_bytes)) rotate(outcome);
        if (outcome.reason == DropReason::kNone) outcome.written += append_some(batch, outcome.written, outcome);
    }
    outcome.dropped = batch.events.size() - outcome.written;
    if (outcome.detail.empty()) outcome.detail = std::exchange(problem_, {});
    if (compressor_ && outcome.detail.empty()) outcome.detail = compressor_->take_problem();
    return outcome;
}

} // namespace dnsmon
