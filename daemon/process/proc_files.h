// SPDX-License-Identifier: Apache-2.0
// /proc/PID as values. Reads through one directory descriptor, so that all answers are about the same process even
// when its pid is reused in between. Never blocks on the process; a process that is gone gives nullopt.
#pragma once

#include "util/fd.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dnsmon {

/// From /proc/PID/stat (proc_pid_stat(5)).
struct ProcStat {
    std::string name;             ///< field 2, without the parentheses
    std::uint32_t parent_pid = 0; ///< field 4
    std::uint64_t start_ticks = 0; ///< field 22, clock ticks since boot
    std::uint64_t image = 0;       ///< field 28, startstack, as Owner::image; 0: no permission, or a kernel thread
};

/// From /proc/PID/status: the real ids.
struct ProcIds {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
};

/// The audit system's: whom a process was started for, whatever its user is now (sudo). Set at login, inherited.
struct ProcLogin {
    std::uint32_t session = 0;
    std::uint32_t uid = 0;
};

class ProcFiles {
  public:
    [[nodiscard]] static std::optional<ProcFiles> open(const std::string& proc_root, std::uint32_t pid);

    [[nodiscard]] std::optional<ProcStat> stat() const;
    [[nodiscard]] std::optional<ProcIds> ids() const;
    [[nodiscard]] std::optional<ProcLogin> login() const; ///< nullopt: a service, or a kernel without CONFIG_AUDIT
    [[nodiscard]] std::string executable() const;   ///< without " (deleted)"; empty: kernel thread, no permission
    [[nodiscard]] std::string command_line() const; ///< arguments joined by spaces; empty as above
    [[nodiscard]] std::string cgroup() const;       ///< the file's text

  private:
    explicit ProcFiles(Fd directory) : directory_(std::move(directory)) {}
    [[nodiscard]] bool is_executable(const std::string& path) const;
    [[nodiscard]] std::string read_file(const char* name, std::size_t limit) const;
    Fd directory_;
};

/// For tests of the parser alone.
[[nodiscard]] std::optional<ProcStat> parse_proc_stat(const std::string& text);

/// Clock ticks a second, the unit of ProcStat::start_ticks.
[[nodiscard]] std::uint64_t ticks_per_second();
/// A moment on CLOCK_BOOTTIME in them, rounded down as /proc does.
[[nodiscard]] std::uint64_t to_ticks(std::uint64_t boottime_ns);

/// Every process there is, the oldest numbers first.
[[nodiscard]] std::vector<std::uint32_t> list_pids(const std::string& proc_root);

} // namespace dnsmon
