// SPDX-License-Identifier: Apache-2.0
// Keys whose feature is not built yet: they may not ask for what is not there. Whoever builds one deletes its row in
// unsupported.cpp.
#pragma once

#include "config/config.h"

#include <string_view>
#include <vector>

namespace dnsmon {

/// Key paths of `config` that ask for what does not exist yet.
[[nodiscard]] std::vector<std::string_view> unsupported_keys(const Config& config);

} // namespace dnsmon
