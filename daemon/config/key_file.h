// SPDX-License-Identifier: Apache-2.0
// privacy.key_file: the key that hashes are made with, 32 hexadecimal digits, readable for nobody but its owner and group.
#pragma once

#include "util/result.h"
#include "util/siphash.h"

#include <string>

namespace dnsmon {

[[nodiscard]] Result<HashKey> read_key_file(const std::string& path);

} // namespace dnsmon
