// SPDX-License-Identifier: Apache-2.0
// Reads the details of every process the moment it starts a program, into a ProcessTable, so that a client which exits the
// instant it has sent is still known. It takes the process's first thread for itself, ahead of others in line for the
// CPU: a few milliseconds later the other process may be gone.
#pragma once

#include "process/exec_notices.h"
#include "process/process_table.h"
#include "util/fd.h"
#include "util/result.h"

#include <memory>

namespace dnsmon {

class ExecWatcher {
  public:
    /// `table` outlives the watcher.
    [[nodiscard]] static Result<std::unique_ptr<ExecWatcher>> make(ProcessTable& table, ExecNotices notices);

    /// Until stop(), or until there are no more notices to be had.
    void run();
    /// From any thread, also before run().
    void stop();

  private:
    ExecWatcher(ProcessTable& table, ExecNotices notices, Fd stop);

    ProcessTable& table_;
    ExecNotices notices_;
    Fd stop_; ///< eventfd: readable when run() is to end
};

} // namespace dnsmon
