// SPDX-License-Identifier: Apache-2.0
// What this kernel offers and this process may use. Probed by trying, once; injected where decisions are made, so that
// tests can fake any kernel.
#pragma once

#include <string>

namespace dnsmon {

struct Feature {
    bool available = false;
    std::string detail; ///< why not, or where ("/sys/fs/cgroup/unified"); one line
};

struct Features {
    std::string kernel_release;
    Feature btf;
    Feature ring_buffer;
    Feature socket_filter;
    Feature kprobes;
    Feature fentry;
    Feature cgroup2;     ///< detail: the mount point
    Feature egress_task; ///< cgroup_skb/egress may ask for the current task
    Feature ipv6;
    std::string lockdown;     ///< "none", "integrity", "confidentiality"; empty: not known
    std::string missing_capabilities; ///< "CAP_BPF CAP_NET_RAW"; empty: all that is needed is there
};

[[nodiscard]] Features probe_features();

} // namespace dnsmon
