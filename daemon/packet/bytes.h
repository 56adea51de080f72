// SPDX-License-Identifier: Apache-2.0
// Numbers in network byte order, read from bytes of any alignment. The caller has made sure that they are there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace dnsmon {

[[nodiscard]] inline std::uint16_t be16(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

[[nodiscard]] inline std::uint32_t be32(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint32_t>(be16(bytes, at)) << 16 | be16(bytes, at + 2);
}

} // namespace dnsmon
