// SPDX-License-Identifier: Apache-2.0
// ProcessDetails by (pid, start time): read from /proc when first asked for, kept bounded, least recently used out
// first. Called by the loop thread when a packet arrives (the client still waits for its answer); workers share the
// immutable results.
#pragma once

#include "config/config.h"
#include "process/details.h"
#include "process/owner.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace dnsmon {

class ProcessTable {
  public:
    ProcessTable(const EnrichConfig& config, std::size_t entries, std::string proc_root = "/proc");
    ~ProcessTable();
    ProcessTable(ProcessTable&&) noexcept;
    ProcessTable& operator=(ProcessTable&&) noexcept;

    /// Never a wrong process: when /proc shows another start time than `owner.start_ns`, the pid was reused and only
    /// what the kernel said is known (nullptr). nullptr also when the process was gone before anything was read.
    [[nodiscard]] ProcessDetailsPtr find(const Owner& owner);
    [[nodiscard]] std::uint64_t reads() const;
    [[nodiscard]] std::uint64_t gone() const; ///< lookups that came too late

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// User and group names by id, cached, bounded. Thread-safe for readers of returned copies only from one thread: each worker has its own.
class UserNames {
  public:
    UserNames();
    ~UserNames();
    UserNames(UserNames&&) noexcept;
    UserNames& operator=(UserNames&&) noexcept;
    [[nodiscard]] std::string_view user(std::uint32_t uid);  ///< empty: not known
    [[nodiscard]] std::string_view group(std::uint32_t gid); ///< empty: not known

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace dnsmon
