// SPDX-License-Identifier: Apache-2.0
// Bytes of a file as they may stand in a message on a terminal: printable ASCII whatever they hold. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace dnsmon {

/// Bytes outside printable ASCII as \xHH.
[[nodiscard]] std::string printable(std::string_view text);
/// The same in double quotes, cut where it is long.
[[nodiscard]] std::string quoted(std::string_view text);

} // namespace dnsmon
