// SPDX-License-Identifier: Apache-2.0
// Quantities as an administrator writes them, both ways: sizes, durations, file modes, whole numbers. Pure functions;
// an Error says which forms are understood, without the key and without the place (config/value.h adds them).
#pragma once

#include "util/result.h"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace dnsmon {

/// Error::code of what is well written and larger than its type can hold.
inline constexpr int kTooLarge = ERANGE;

/// Decimal digits only.
[[nodiscard]] Result<std::uint64_t> parse_integer(std::string_view text);
/// "4096", "64KiB", "16MiB", "1GiB", "1TiB" -> bytes.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);
/// "500ms", "5s", "2m", "1h", "1d". The unit is never left out.
[[nodiscard]] Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// "0640" or "640": octal permission bits, without set-id and sticky bits.
[[nodiscard]] Result<std::uint32_t> parse_mode(std::string_view text);

/// In the largest unit that holds it exactly: what parse_size and parse_duration read back.
[[nodiscard]] std::string format_size(std::uint64_t bytes);
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

} // namespace dnsmon
