// SPDX-License-Identifier: Apache-2.0
#include "probe/kernel_counters.h"

#include "dnsmon_abi.h"
#include "probe/probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace dnsmon {
namespace {

std::uint64_t sum(int map_fd, std::uint32_t counter) {
    const int cpus = ::libbpf_num_possible_cpus();
    if (cpus <= 0) return 0;
    std::vector<std::uint64_t> values(static_cast<std::size_t>(cpus));
    if (::bpf_map_lookup_elem(map_fd, &counter, values.data()) != 0) return 0;
    return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

} // namespace

KernelCounters read_kernel_counters(int map_fd, std::uint32_t owners) {
    KernelCounters out;
    out.seen = sum(map_fd, DNSMON_COUNTER_SEEN);
    out.matched = sum(map_fd, DNSMON_COUNTER_MATCHED);
    out.submitted = sum(map_fd, DNSMON_COUNTER_SUBMITTED);
    out.ring_full = sum(map_fd, DNSMON_COUNTER_RING_FULL);
    out.cut = sum(map_fd, DNSMON_COUNTER_CUT);
    out.fragments = sum(map_fd, DNSMON_COUNTER_FRAGMENTS);
    out.fragments_early = sum(map_fd, DNSMON_COUNTER_FRAGMENTS_EARLY);
    out.no_owner = sum(map_fd, DNSMON_COUNTER_NO_OWNER);
    out.owner_updates = sum(map_fd, DNSMON_COUNTER_OWNER_UPDATES);
    out.owner_failed = sum(map_fd, DNSMON_COUNTER_OWNER_FAILED);
    // The kernel does not say when an LRU map evicts: what was put in, never taken out and does not fit any more.
    const std::uint64_t inserts = sum(map_fd, DNSMON_COUNTER_OWNER_INSERTS);
    const std::uint64_t deletes = sum(map_fd, DNSMON_COUNTER_OWNER_DELETES);
    const std::uint64_t kept = inserts - std::min(inserts, deletes);
    out.owner_entries = std::min<std::uint64_t>(kept, owners);
    out.owner_evictions = kept - out.owner_entries;
    return out;
}

} // namespace dnsmon
