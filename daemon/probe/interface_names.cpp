// SPDX-License-Identifier: Apache-2.0
#include "probe/interface_names.h"

#include <net/if.h>

#include <array>

namespace dnsmon {
namespace {

std::string ask(std::uint32_t ifindex) {
    std::array<char, IF_NAMESIZE> name{};
    return ::if_indextoname(ifindex, name.data()) != nullptr ? name.data() : "";
}

} // namespace

std::string_view InterfaceNames::find(std::uint32_t ifindex) {
    const auto known = names_.find(ifindex);
    if (known != names_.end()) return known->second;
    if (names_.size() >= kLimit) names_.clear();
    return names_.emplace(ifindex, ask(ifindex)).first->second;
}

void InterfaceNames::refresh() {
    for (auto& [ifindex, name] : names_) {
        std::string now = ask(ifindex);
        if (!now.empty()) name = std::move(now);
    }
}

} // namespace dnsmon
