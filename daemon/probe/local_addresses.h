// SPDX-License-Identifier: Apache-2.0
// Keeps the kernel's local_addresses map equal to this host's interface addresses. Called at attach and now and then by
// the loop thread; bounded by the map's size.
#pragma once

#include "packet/flow.h"
#include "util/result.h"

#include <cstdint>
#include <set>

namespace dnsmon {

class LocalAddresses {
  public:
    explicit LocalAddresses(int map_fd) : map_fd_(map_fd) {}
    Result<void> refresh();
    [[nodiscard]] bool contains(const Address& address) const { return known_.contains(address); }

  private:
    int map_fd_;
    std::set<Address> known_;
};

} // namespace dnsmon
