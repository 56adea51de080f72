// SPDX-License-Identifier: Apache-2.0
// A 64-bit number as 16 hexadecimal digits. Pure function.
#pragma once

#include <cstdint>
#include <string>

namespace dnsmon {

inline void append_hex(std::string& out, std::uint64_t value) {
    for (int shift = 60; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[value >> shift & 0xf]);
}

} // namespace dnsmon
