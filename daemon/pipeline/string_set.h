// SPDX-License-Identifier: Apache-2.0
// A hash set of strings that is asked with views: no string is made per look-up.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace dnsmon {

struct StringViewHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using StringSet = std::unordered_set<std::string, StringViewHash, std::equal_to<>>;

} // namespace dnsmon
