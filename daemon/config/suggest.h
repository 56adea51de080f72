// SPDX-License-Identifier: Apache-2.0
// The word somebody meant: nearest of a few by edit distance, for messages about unknown keys and values.
#pragma once

#include <span>
#include <string_view>

namespace dnsmon {

/// Empty when nothing is near enough to be a slip of the fingers. Letters compare without case, '-' equals '_'.
[[nodiscard]] std::string_view nearest_word(std::string_view word, std::span<const std::string_view> candidates);

} // namespace dnsmon
