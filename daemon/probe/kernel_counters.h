// SPDX-License-Identifier: Apache-2.0
// Reads the kernel side's per-CPU counters and sums them. Loop thread only.
#pragma once

#include <cstdint>

namespace dnsmon {

struct KernelCounters;

/// `owners`: capacity of the owners map, from which evictions are estimated.
[[nodiscard]] KernelCounters read_kernel_counters(int map_fd, std::uint32_t owners);

} // namespace dnsmon
