// SPDX-License-Identifier: Apache-2.0
#include "pipeline/interface_names.h"

namespace dnsmon {
namespace {

constexpr std::size_t kMaxNames = 65536; // a host that makes more devices than this goes on without new names

} // namespace

const std::string* InterfaceNames::find(std::uint32_t interface) {
    const auto known = known_.find(interface);
    if (known != known_.end()) return known->second;
    std::string name(lookup_(interface));
    const std::string* kept = nullptr;
    const auto same = names_.find(name);
    if (same != names_.end())
        kept = &*same;
    else if (!name.empty() && names_.size() < kMaxNames)
        kept = &*names_.insert(std::move(name)).first;
    if (known_.size() >= kMaxNames) known_.clear();
    known_.emplace(interface, kept);
    return kept;
}

} // namespace dnsmon
