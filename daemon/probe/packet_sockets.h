// SPDX-License-Identifier: Apache-2.0
// The AF_PACKET sockets that the capture filter hangs on: one for all interfaces, or one for each named one. Nothing is
// ever read from them; closing them ends the capture. Loop thread only.
#pragma once

#include "util/fd.h"
#include "util/result.h"

#include <string>
#include <vector>

namespace dnsmon {

class PacketSockets {
  public:
    PacketSockets() = default;
    /// `interfaces` empty: all, those to come included. An unknown name is an Error that says so (ENODEV). Names of one
    /// device share its socket.
    [[nodiscard]] static Result<PacketSockets> open(int filter_fd, const std::vector<std::string>& interfaces);

    /// A named interface that was deleted and made again is another device: its socket follows. What has changed, in words.
    std::vector<std::string> follow();
    void close() { sockets_.clear(); }

  private:
    struct Bound {
        std::string name; ///< empty: all interfaces
        unsigned int ifindex = 0; ///< 0: all, or the named one is not there
        Fd fd;
    };
    [[nodiscard]] bool is_watched(unsigned int ifindex) const;

    std::vector<Bound> sockets_;
};

} // namespace dnsmon
