// SPDX-License-Identifier: Apache-2.0
// Keeps libbpf's own messages away from standard error while it lives, for the one error message that needs them.
// One at a time, in the thread that talks to libbpf; what libbpf says outside is thrown away.
#pragma once

#include "util/result.h"

#include <string>
#include <string_view>

namespace dnsmon {

class LibbpfLog {
  public:
    LibbpfLog();
    ~LibbpfLog();
    LibbpfLog(const LibbpfLog&) = delete;
    LibbpfLog& operator=(const LibbpfLog&) = delete;

    /// What failed and why, by errno value `code` and by the last warning in one line, where there was one.
    [[nodiscard]] Error explain(std::string_view doing, int code) const;

  private:
    friend struct LibbpfPrinter;
    std::string last_warning_;
    LibbpfLog* outer_;
};

} // namespace dnsmon
