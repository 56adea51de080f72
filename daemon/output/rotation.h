// SPDX-License-Identifier: Apache-2.0
// The names of a rotated log: PATH is written, PATH.1 was written last, PATH.N is the oldest; any of them may be
// PATH.N.gz instead (output/compressor.h). Shippers follow by inode, and a rename keeps it. Pure file system work.
#pragma once

#include "util/result.h"

#include <cstdint>
#include <string>

namespace dnsmon {

inline constexpr const char* kCompressedSuffix = ".gz";

/// PATH itself for 0.
[[nodiscard]] std::string rotated_name(const std::string& path, std::uint32_t number);

/// PATH.n -> PATH.n+1 from the oldest on, then PATH -> PATH.1; the one that would be number `keep` + 1 is gone, with
/// `keep` 0 PATH itself. Missing numbers are no error. On an Error PATH is still there.
[[nodiscard]] Result<void> rotate_names(const std::string& path, std::uint32_t keep);

/// The largest output.file.max_files, and so the largest number that a rotated file ever gets.
inline constexpr std::uint32_t kMostRotated = 10000;

/// Removes the regular files PATH.n and PATH.n.gz from number `keep` + 1 on, which are there when `keep` was larger
/// before, up to the first number that has neither: what stands behind a gap is not a rotation's.
[[nodiscard]] Result<void> remove_surplus(const std::string& path, std::uint32_t keep);

} // namespace dnsmon
