// SPDX-License-Identifier: Apache-2.0
// Owners of the sockets that are older than the hooks, written into the kernel's maps at start and when ports are added. What a hook has
// written meanwhile is newer and stays. Loop thread only.
#pragma once

#include "dnsmon_abi.h"
#include "probe/owner_hooks.h"
#include "util/result.h"

#include <cstdint>
#include <vector>

namespace dnsmon {

class OpenSockets {
  public:
    /// `own_netns` and the maps beside `owners_fd` are those of `hooks`.
    OpenSockets(const OwnerSettings& settings, const OwnerHooks& hooks);

    /// How many sockets were written. An Error: sock_diag is not to be had; nothing was written.
    Result<std::size_t> seed();
    /// For the next seed().
    void set_ports(const std::vector<std::uint16_t>& ports) { ports_ = ports; }
    /// Unconnected sockets on other ports were entered for the answers to what they had asked before; by now these have
    /// come or never will, and nobody would tell when the port changes hands.
    void forget_clients();

  private:
    [[nodiscard]] bool is_watched(std::uint16_t port) const;

    std::vector<std::uint16_t> ports_;
    bool any_port_;
    std::uint32_t limit_;
    std::uint32_t netns_;
    int owners_fd_;
    int listeners_fd_;
    bool names_by_cookie_;
    int sockets_fd_;   ///< cookie flavour; else -1
    std::vector<dnsmon_owner_key> clients_;
};

} // namespace dnsmon
