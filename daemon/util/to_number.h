// SPDX-License-Identifier: Apache-2.0
// A number that is all of a text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace dnsmon {

/// Nullopt: something else, something behind it, or too large.
template <typename Number>
[[nodiscard]] std::optional<Number> to_number(std::string_view text, int base = 10) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

} // namespace dnsmon
