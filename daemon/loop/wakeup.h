// SPDX-License-Identifier: Apache-2.0
// Wakes the loop from another thread (eventfd). signal() may be called by any thread; the rest by the loop thread.
#pragma once

#include "util/fd.h"
#include "util/result.h"

namespace dnsmon {

class Wakeup {
  public:
    [[nodiscard]] static Result<Wakeup> make();

    [[nodiscard]] int fd() const { return fd_.get(); }
    void signal() const;
    void acknowledge() const; ///< makes fd() unreadable until the next signal()

  private:
    explicit Wakeup(Fd fd) : fd_(std::move(fd)) {}
    Fd fd_;
};

} // namespace dnsmon
