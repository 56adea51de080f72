// SPDX-License-Identifier: Apache-2.0
// Interface names that outlive the packets that mention them: each distinct name is kept once, its address never
// changes, so that workers may read it while the loop thread adds others. Bounded: devices come and go for years.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace dnsmon {

class InterfaceNames {
  public:
    using Lookup = std::function<std::string_view(std::uint32_t)>;
    explicit InterfaceNames(Lookup lookup) : lookup_(std::move(lookup)) {}

    /// nullptr: the source does not know the interface.
    [[nodiscard]] const std::string* find(std::uint32_t interface);
    /// Asks the source again for every interface: one may have been renamed.
    void refresh() { known_.clear(); }

  private:
    Lookup lookup_;
    std::unordered_set<std::string> names_; // nodes never move
    std::unordered_map<std::uint32_t, const std::string*> known_;
};

} // namespace dnsmon
