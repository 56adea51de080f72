// SPDX-License-Identifier: Apache-2.0
// A range of numbers of a registry, as filter.response_codes takes them.
#pragma once

#include <cstdint>

namespace dnsmon {

/// Both ends belong to it.
struct CodeRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    bool operator==(const CodeRange&) const = default;
};

} // namespace dnsmon
