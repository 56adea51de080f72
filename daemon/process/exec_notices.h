// SPDX-License-Identifier: Apache-2.0
// Which processes have just called exec(), from the kernel's process connector (Linux' cn_proc; works under every lockdown, in the
// host's namespaces only). A client may be gone before its first packet is looked at: whoever reads /proc at this moment
// still finds it. One thread; owns the socket.
#pragma once

#include "util/fd.h"
#include "util/result.h"

#include <cstdint>
#include <functional>

namespace dnsmon {

class ExecNotices {
  public:
    /// Error with EPERM: CAP_NET_ADMIN is missing.
    [[nodiscard]] static Result<ExecNotices> open();

    [[nodiscard]] int fd() const { return socket_.get(); } ///< readable when notices wait
    /// Hands every waiting notice's pid to `on_exec`.
    void drain(const std::function<void(std::uint32_t pid)>& on_exec);
    [[nodiscard]] std::uint64_t overruns() const { return overruns_; } ///< times that notices came faster than they were read

  private:
    explicit ExecNotices(Fd socket) : socket_(std::move(socket)) {}
    Fd socket_;
    std::uint64_t overruns_ = 0;
};

} // namespace dnsmon
