// SPDX-License-Identifier: Apache-2.0
// Ends of packets that tests make up: kept until the program ends, as the pipeline keeps those of a batch.
#pragma once

#include "pipeline/packet_batch.h"

#include <utility>
#include <vector>

namespace dnsmon::test {

inline const End* end_of(const Owner& owner, ProcessDetailsPtr details = nullptr) {
    static std::vector<EndPtr> all;
    return all.emplace_back(std::make_shared<const End>(owner, std::move(details))).get();
}

inline const End* end_of(std::uint32_t pid, Attribution attribution = Attribution::kExact) {
    Owner owner;
    owner.attribution = attribution;
    owner.pid = pid;
    return end_of(owner);
}

} // namespace dnsmon::test
