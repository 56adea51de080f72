// SPDX-License-Identifier: Apache-2.0
// Servers in network namespaces that this host reaches through a device of its own (containers): who is bound there, by
// the owners map, and which addresses it has, by /proc. So a query is known to be theirs before they have ever sent.
// Loop thread only; bounded in memory, and in time: a fiftieth of it at most.
#pragma once

#include "probe/owner_key.h"

#include <cstdint>
#include <map>

namespace dnsmon {

class OtherServers {
  public:
    /// The maps stay the caller's. `own_netns`: inode number.
    OtherServers(int owners_fd, int listeners_fd, std::uint32_t own_netns)
        : owners_fd_(owners_fd), listeners_fd_(listeners_fd), own_netns_(own_netns) {}

    /// Attribution kNone: nobody is known to serve there. `now_ns`: CLOCK_MONOTONIC.
    [[nodiscard]] Owner find(std::uint8_t protocol, const Endpoint& server, std::int64_t now_ns);

  private:
    using Namespaces = std::map<Address, std::uint32_t>;

    [[nodiscard]] Owner served(std::uint8_t protocol, const Endpoint& server) const;
    [[nodiscard]] bool may_look(const Address& address, std::int64_t now_ns);
    void look(std::int64_t now_ns);
    void add(std::uint32_t netns, std::uint32_t pid);

    int owners_fd_;
    int listeners_fd_;
    std::uint32_t own_netns_;
    Namespaces addresses_; ///< 0: several namespaces have it, so nobody can tell
    std::map<Address, std::int64_t> strangers_; ///< looked for in vain, and when
    std::int64_t rested_at_ns_ = 0; ///< not before that again
    std::int64_t looked_at_ns_ = 0;
};

} // namespace dnsmon
