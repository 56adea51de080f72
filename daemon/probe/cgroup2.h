// SPDX-License-Identifier: Apache-2.0
// Where cgroup2 is mounted: hybrid hosts do not have it at /sys/fs/cgroup. Pure over the text of /proc/self/mountinfo.
#pragma once

#include "util/fd.h"
#include "util/result.h"

#include <string>
#include <string_view>

namespace dnsmon {

/// Mount point of the first cgroup2 root in `mountinfo` (proc(5)); empty: none. A bind mount of a sub-tree is not a root.
[[nodiscard]] std::string find_cgroup2(std::string_view mountinfo);
/// The same of this process's /proc/self/mountinfo.
[[nodiscard]] std::string cgroup2_mount_point();
/// The root of all control groups, for programs to be attached to.
[[nodiscard]] Result<Fd> open_cgroup2_root();

} // namespace dnsmon
