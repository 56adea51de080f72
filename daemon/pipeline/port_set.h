// SPDX-License-Identifier: Apache-2.0
// The ports where DNS is expected, as one bit each: asked twice per packet.
#pragma once

#include <bitset>
#include <cstdint>
#include <vector>

namespace dnsmon {

class PortSet {
  public:
    explicit PortSet(const std::vector<std::uint16_t>& ports) {
        for (const auto port : ports) bits_.set(port);
    }
    [[nodiscard]] bool contains(std::uint16_t port) const { return bits_.test(port); }

  private:
    std::bitset<65536> bits_;
};

} // namespace dnsmon
