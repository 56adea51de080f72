// SPDX-License-Identifier: Apache-2.0
// How far `dnsmon read` is with a large file: one line on standard error, written over and cleared at the end. Only where
// standard error is a terminal that events do not go to. One thread.
#pragma once

#include <cstdint>

namespace dnsmon {

class Progress {
  public:
    /// 0: nobody knows how large the file is, nothing is shown.
    explicit Progress(std::uint64_t file_bytes);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void reached(std::uint64_t bytes);

  private:
    std::uint64_t file_bytes_; ///< 0: nothing is shown
    std::uint64_t percent_ = 0;
};

} // namespace dnsmon
