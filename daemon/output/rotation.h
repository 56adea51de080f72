// SPDX-License-Identifier: Apache-2.0
// The names of a rotated log: PATH is written, PATH.1 was written last, PATH.N is the oldest. Shippers follow by
// inode, and a rename keeps it. Pure file system work; writer thread only.
#pragma once

#include "util/result.h"

#include <cstdint>
#include <string>

namespace dnsmon {

/// PATH.n -> PATH.n+1 from the oldest on, then PATH -> PATH.1; the one that would be number `keep` + 1 is gone, with
/// `keep` 0 PATH itself. Missing numbers are no error. On an Error PATH is still there.
[[nodiscard]] Result<void> rotate_names(const std::string& path, std::uint32_t keep);

} // namespace dnsmon
