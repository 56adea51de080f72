// SPDX-License-Identifier: Apache-2.0
// What a process's cgroup path says about it: its systemd unit and its container. Pure functions over text.
#pragma once

#include <string>
#include <string_view>

namespace dnsmon {

struct CgroupFacts {
    std::string unit;              ///< "ssh.service", "session-3.scope"; empty: none
    std::string container_id;
    std::string container_runtime; ///< docker, podman, containerd, cri-o, lxc, systemd-nspawn; empty: not told
};

/// Of a login session of systemd-logind (session-3.scope below user-1000.slice): its id and whose it is. Empty: none.
struct SessionFacts {
    std::string id;
    std::string user_id;
};

/// `proc_cgroup`: the content of /proc/PID/cgroup. systemd's own hierarchy (name=systemd) goes before the unified one.
[[nodiscard]] CgroupFacts cgroup_facts(std::string_view proc_cgroup);
[[nodiscard]] SessionFacts session_facts(std::string_view proc_cgroup);

} // namespace dnsmon
