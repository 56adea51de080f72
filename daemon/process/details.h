// SPDX-License-Identifier: Apache-2.0
// What is read about a process outside the packet path: /proc, the user database, its cgroup. Read once per
// (pid, start time), kept by ProcessTable, shared read-only between threads. Empty strings: not known.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace dnsmon {

/// What its control group says about a process.
struct ProcessPlace {
    std::string unit;              ///< systemd unit
    std::string session_id;        ///< login session, as loginctl(1) lists it
    std::string session_user_id;   ///< who logged in, whatever the process's user is now
    std::string container_id;
    std::string container_runtime; ///< docker, podman, containerd, cri-o, lxc, systemd-nspawn

    bool operator==(const ProcessPlace&) const = default;
};

struct ProcessDetails : ProcessPlace {
    std::uint64_t serial = 0;      ///< of this reading, never used again; 0: others may look the same and be different
    std::uint32_t pid = 0;
    std::uint64_t start_ns = 0;    ///< CLOCK_BOOTTIME, as Owner::start_ns; 0: not known
    std::uint64_t image = 0;       ///< as Owner::image, of the program that executable and command line are of; 0: not known
    std::int64_t started_at_ns = 0; ///< since the epoch; 0: not known
    std::string name;              ///< the leader's name
    std::string executable;        ///< /proc/PID/exe
    std::string command_line;      ///< arguments joined by spaces, cut at 4096 bytes
    std::uint32_t parent_pid = 0;
    std::string parent_name;
};
using ProcessDetailsPtr = std::shared_ptr<const ProcessDetails>;

} // namespace dnsmon
