// SPDX-License-Identifier: Apache-2.0
// A fuzz target's input taken apart: numbers and stretches of bytes, zeros and nothing once it is used up.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }
    std::uint8_t u8() {
        if (rest_.empty()) return 0;
        const std::uint8_t value = rest_.front();
        rest_ = rest_.subspan(1);
        return value;
    }
    std::uint16_t u16() {
        const unsigned high = u8();
        return static_cast<std::uint16_t>(high << 8 | u8());
    }
    std::uint32_t u32() {
        const std::uint32_t high = u16();
        return high << 16 | u16();
    }
    std::span<const std::uint8_t> bytes(std::size_t wanted) {
        const auto out = rest_.first(std::min(wanted, rest_.size()));
        rest_ = rest_.subspan(out.size());
        return out;
    }
    std::span<const std::uint8_t> rest() { return bytes(rest_.size()); }

  private:
    std::span<const std::uint8_t> rest_;
};
