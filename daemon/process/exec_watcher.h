// SPDX-License-Identifier: Apache-2.0
// A thread that reads the details of every process the moment it starts a program, into a ProcessTable, so that a client
// which exits the instant it has sent is still known. Its own thread, ahead of others in line for the CPU: a few
// milliseconds later the process may be gone.
#pragma once

#include "process/exec_notices.h"
#include "process/process_table.h"
#include "util/fd.h"
#include "util/result.h"

#include <memory>
#include <thread>

namespace dnsmon {

class ExecWatcher {
  public:
    /// `table` outlives the watcher.
    [[nodiscard]] static Result<std::unique_ptr<ExecWatcher>> start(ProcessTable& table, ExecNotices notices);
    ~ExecWatcher();
    ExecWatcher(const ExecWatcher&) = delete;
    ExecWatcher& operator=(const ExecWatcher&) = delete;

  private:
    ExecWatcher(ProcessTable& table, ExecNotices notices, Fd stop);
    void run();

    ProcessTable& table_;
    ExecNotices notices_;
    Fd stop_; ///< eventfd: readable when the thread is to end
    std::thread thread_;
};

} // namespace dnsmon
