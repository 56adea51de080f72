// SPDX-License-Identifier: Apache-2.0
// Who serves on a port of this host, where the kernel's programs named a process that has ended (a forked worker: whoever
// bound its socket is asked on it now), or nobody, for the socket that they knew the port by was closed (another one that is
// bound there is). Loop thread only; looks for the latter in a fiftieth of the time at most, a fifth while it finds.
#pragma once

#include "probe/owner_key.h"
#include "probe/wall_clock.h"
#include "process/liveness.h"

#include <cstdint>

namespace dnsmon {

/// A packet on its way to a server. `netns` as the hooks number it; `time_ns` since the epoch.
struct Asked {
    std::uint8_t protocol = 0; ///< IPPROTO_UDP, IPPROTO_TCP
    std::uint32_t netns = 0;
    Endpoint server;
    Endpoint client;
    std::int64_t time_ns = 0;
};

class Listeners {
  public:
    /// Maps and clock stay the caller's.
    Listeners(int owners_fd, int listeners_fd, const WallClock& clock)
        : owners_fd_(owners_fd), listeners_fd_(listeners_fd), clock_(clock) {}

    /// `named` when it lives, or when its socket is closed by now, for then it was alive when it was asked; also the last to
    /// send on a connection. Else who else has the socket; attribution kNone: nobody knows.
    [[nodiscard]] Owner living(const Owner& named, const Asked& asked);
    /// A process that bound the server's address or "any" before it was asked, and lives; of several the one that was
    /// first. The kernel's programs name it from then on.
    [[nodiscard]] Owner remaining(const Asked& asked);

  private:
    struct Candidate;
    [[nodiscard]] bool has_ended(const dnsmon_owner& owner, std::int64_t at_ns);
    [[nodiscard]] bool is_bound_before(const dnsmon_listener& listener, std::int64_t time_ns) const;
    [[nodiscard]] Owner entered(const Asked& asked); ///< since the packet: it may have waited in the ring
    [[nodiscard]] Owner look(const Asked& asked);
    [[nodiscard]] bool enter(std::uint64_t socket, const dnsmon_listener& listener) const;

    int owners_fd_;
    int listeners_fd_;
    const WallClock& clock_;
    Liveness liveness_;
    std::int64_t rested_at_ns_ = 0; ///< no look before that
};

} // namespace dnsmon
