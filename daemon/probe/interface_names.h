// SPDX-License-Identifier: Apache-2.0
// Device names by index, asked of the kernel once and kept, bounded; a name stays known after its device is gone.
// Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dnsmon {

class InterfaceNames {
  public:
    /// Valid until the next call of find() or refresh(). Empty: gone, and never seen.
    [[nodiscard]] std::string_view find(std::uint32_t ifindex);
    /// Asks again for every name (devices are renamed, indexes of a short-lived one reused).
    void refresh();

  private:
    static constexpr std::size_t kLimit = 4096;
    std::unordered_map<std::uint32_t, std::string> names_;
};

} // namespace dnsmon
