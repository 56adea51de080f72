// SPDX-License-Identifier: Apache-2.0
// output.journald: each event one journal entry with native fields. Writer thread only; the only file that sees
// libsystemd's journal. Takes Batch::journal, not the lines. A journald that hangs costs events, counted, after
// `patience`, instead of holding up the other outputs and the stop.
#pragma once

#include "output/sink.h"
#include "util/fd.h"

#include <sys/uio.h>

#include <chrono>
#include <string>
#include <vector>

namespace dnsmon {

class JournaldSink final : public Sink {
  public:
    /// `socket`: where journald listens. libsystemd has the path built in; here it is asked whether anyone reads there.
    explicit JournaldSink(std::string socket = "/run/systemd/journal/socket",
                          std::chrono::milliseconds patience = kSinkPatience);

    [[nodiscard]] std::string_view name() const override { return "journald"; }
    WriteOutcome write(const Batch& batch) override;
    [[nodiscard]] bool wants_journal_fields() const override { return true; }

  private:
    int listening();
    int wait_for_room();
    int send_event(const Batch& batch, const EncodedEvent& event);
    int send(std::string_view entry);
    int send_line(std::string_view line);
    int send_fields();

    std::string socket_;
    std::chrono::milliseconds patience_;
    bool stalled_ = false;      ///< the last wait was in vain: not waited again until something is taken
    Fd probe_;                  ///< connected to journald's socket; nothing is ever sent on it
    std::vector<iovec> fields_; ///< of the entry being sent
    std::string message_;
};

} // namespace dnsmon
