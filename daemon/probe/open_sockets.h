// SPDX-License-Identifier: Apache-2.0
// Owners of the sockets that are older than the hooks, in all network namespaces, written into the kernel's maps at start and
// when ports are added. What a hook has written meanwhile is newer and stays. Loop thread only.
#pragma once

#include "dnsmon_abi.h"
#include "probe/owner_hooks.h"
#include "probe/sock_diag.h"
#include "util/result.h"

#include <cstdint>
#include <vector>

namespace dnsmon {

class OpenSockets {
  public:
    /// `own_netns` and the maps beside `owners_fd` are those of `hooks`.
    OpenSockets(const OwnerSettings& settings, const OwnerHooks& hooks);

    /// An Error: sock_diag is not to be had, nothing was written; or some namespaces were left out.
    Result<void> seed();
    /// For the next seed().
    void set_ports(const std::vector<std::uint16_t>& ports) { ports_ = ports; }
    /// Takes out what nobody tells the end of. Unconnected sockets on other ports were entered for the answers to what they
    /// had asked before; by now these have come or never will. Servers of other namespaces have no cookie in /proc, by
    /// which the hooks would know their sockets' end. Call now and then.
    void forget_ended();

  private:
    struct Placed {
        OpenSocket socket;
        std::uint32_t netns = 0;
    };
    /// A server whose socket has no name that the hooks know.
    struct Unnamed {
        dnsmon_owner_key key;
        std::uint64_t name;  ///< a made-up one
        std::uint32_t inode;
        std::uint32_t pid;   ///< who holds it
        std::uint32_t fd;    ///< as which descriptor
    };

    [[nodiscard]] bool is_watched(std::uint16_t port) const;
    [[nodiscard]] bool is_wanted(const OpenSocket& socket) const;
    /// How many namespaces were left out.
    std::size_t add_other_namespaces(std::vector<Placed>& wanted) const;
    [[nodiscard]] std::uint64_t name_of(const OpenSocket& socket) const;
    void write(const Placed& placed, const dnsmon_owner& owner, std::uint32_t fd);

    std::vector<std::uint16_t> ports_;
    bool any_port_;
    std::uint32_t limit_;
    std::uint32_t netns_;
    int owners_fd_;
    int listeners_fd_;
    bool names_by_cookie_;
    bool numbers_by_inode_;
    int sockets_fd_;   ///< cookie flavour; else -1
    std::vector<dnsmon_owner_key> clients_;
    std::vector<Unnamed> unnamed_;
};

} // namespace dnsmon
