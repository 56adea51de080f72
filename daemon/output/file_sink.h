// SPDX-License-Identifier: Apache-2.0
// output.file: one event a line, rotated by size and by time (output/rotation.h). Writer thread only. Survives a full
// disk, an outside logrotate (rename with or without SIGUSR1, copytruncate) and the removal of file or directory:
// what could not be written is counted, nothing is half written, and it goes on by itself.
#pragma once

#include "config/config.h"
#include "output/compressor.h"
#include "output/log_file.h"
#include "output/sink.h"
#include "util/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace dnsmon {

/// Seconds since the epoch; tests bring their own.
using UnixClock = std::function<std::int64_t()>;
[[nodiscard]] std::int64_t unix_now_s();

class FileSink final : public Sink {
  public:
    /// An Error when the file cannot be opened now. Rotation by time happens at multiples of rotate_every since the
    /// epoch (UTC midnight for a day), with the first event that comes after; an empty file is not rotated.
    [[nodiscard]] static Result<std::unique_ptr<FileSink>> open(const FileConfig& config, UnixClock clock = unix_now_s);

    /// For a daemon that is already writing, perhaps to that very file: tries that the file can be opened and leaves the
    /// opening to the first event, so that nothing is touched while another sink still writes. Any thread.
    [[nodiscard]] static Result<std::unique_ptr<FileSink>> open_later(const FileConfig& config,
                                                                      UnixClock clock = unix_now_s);

    [[nodiscard]] std::string_view name() const override { return "file"; }
    WriteOutcome write(const Batch& batch) override;
    Result<void> reopen() override;

  private:
    FileSink(const FileConfig& config, UnixClock clock);

    bool rotation_due(std::uint64_t next_bytes) const;
    Result<void> rotate_files();
    void remove_surplus_files();
    void rotate(WriteOutcome& outcome);
    std::size_t append_some(const Batch& batch, std::size_t first, WriteOutcome& outcome);
    std::int64_t period_at(std::int64_t time_s) const;

    FileConfig config_;
    UnixClock clock_;
    LogFile file_;
    std::unique_ptr<Compressor> compressor_; ///< null: output.file.compress is false
    std::string problem_; ///< one that costs no event, to be told with the next batch
    std::int64_t period_ = 0;      ///< number of the rotate_every that the current file belongs to
    std::uint64_t size_limit_ = 0; ///< moved up after a rotation that failed, so that not every event tries again
};

} // namespace dnsmon
