// SPDX-License-Identifier: Apache-2.0
// Keeps libbpf's own messages away from standard error while it lives, for the one error message that needs them.
// One at a time, in the thread that talks to libbpf; what libbpf says outside is thrown away.
#pragma once

#include <string>

namespace dnsmon {

class LibbpfLog {
  public:
    LibbpfLog();
    ~LibbpfLog();
    LibbpfLog(const LibbpfLog&) = delete;
    LibbpfLog& operator=(const LibbpfLog&) = delete;

    /// The last warning in one line; empty: there was none.
    [[nodiscard]] const std::string& last_warning() const { return last_warning_; }

  private:
    friend struct LibbpfPrinter;
    std::string last_warning_;
    LibbpfLog* outer_;
};

} // namespace dnsmon
