// SPDX-License-Identifier: Apache-2.0
// output.stdout: events to a terminal, a pipe or a file that was opened by whoever started the program. Writer thread
// only, with SIGPIPE blocked. A slow reader is waited for (the queue behind pushes back); one that takes nothing for
// `patience` costs events, counted, instead of holding up the other outputs and the stop.
#pragma once

#include "output/sink.h"
#include "util/fd.h"

#include <chrono>
#include <string>

namespace dnsmon {

class StdoutSink final : public Sink {
  public:
    /// `fd` stays the caller's, open for as long as the sink lives.
    explicit StdoutSink(int fd, std::chrono::milliseconds patience = kSinkPatience);
    ~StdoutSink() override; ///< gives the reader a last chance to take the end of a line that it has begun
    StdoutSink(StdoutSink&&) = default;

    [[nodiscard]] std::string_view name() const override { return "stdout"; }
    WriteOutcome write(const Batch& batch) override;

  private:
    enum class Progress : std::uint8_t { kDone, kStalled, kFailed };
    Progress write_some(std::string_view bytes, std::size_t& done);
    bool wait_writable();
    DropReason reason_of_failure() const;

    int fd_;
    Fd own_;      ///< the same pipe or terminal opened again without blocking, where that is possible
    bool socket_; ///< can be written without blocking as it is
    std::chrono::milliseconds patience_;
    bool stalled_ = false; ///< the last wait was in vain: not waited again until something goes out
    int error_ = 0;
    std::string rest_; ///< of an event whose beginning went out: first thing to be written next
};

} // namespace dnsmon
