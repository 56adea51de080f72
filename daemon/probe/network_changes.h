// SPDX-License-Identifier: Apache-2.0
// The kernel's notices that a device or an address has come, gone or changed. Which one does not matter to anybody here, so
// none is read: one that is lost is as good as one that came. Loop thread only.
#pragma once

#include "util/fd.h"
#include "util/result.h"

namespace dnsmon {

class NetworkChanges {
  public:
    [[nodiscard]] static Result<NetworkChanges> watch();

    /// Readable when there are notices; for epoll.
    [[nodiscard]] int fd() const { return socket_.get(); }
    void discard() const;

  private:
    explicit NetworkChanges(Fd socket) : socket_(std::move(socket)) {}

    Fd socket_;
};

} // namespace dnsmon
