// SPDX-License-Identifier: Apache-2.0
// output.journald: each event one journal entry with native fields. Writer thread only; the only file that sees
// libsystemd's journal. Takes Batch::journal, not the lines.
#pragma once

#include "output/sink.h"

#include <string>
#include <vector>

#include <sys/uio.h>

namespace dnsmon {

class JournaldSink final : public Sink {
  public:
    /// `socket`: where journald listens; libsystemd has the path built in, here it is only asked whether it is there.
    explicit JournaldSink(std::string socket = "/run/systemd/journal/socket");

    [[nodiscard]] std::string_view name() const override { return "journald"; }
    WriteOutcome write(const Batch& batch) override;
    [[nodiscard]] bool wants_journal_fields() const override { return true; }

  private:
    std::string socket_;
    std::vector<iovec> fields_; ///< of the entry being sent
};

} // namespace dnsmon
