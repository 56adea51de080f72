// SPDX-License-Identifier: Apache-2.0
// Signals as readable events (signalfd). Blocks them for the calling thread and for every thread it starts afterwards,
// so it is made first, before any other thread. Restores the mask when destroyed.
#pragma once

#include "util/fd.h"
#include "util/result.h"

#include <csignal>
#include <initializer_list>
#include <optional>

namespace dnsmon {

class Signals {
  public:
    [[nodiscard]] static Result<Signals> block(std::initializer_list<int> signals);
    Signals(Signals&&) noexcept = default;
    Signals& operator=(Signals&&) = delete;
    ~Signals();

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] std::optional<int> next(); ///< the next pending signal's number; nullopt: none left

  private:
    Signals(Fd fd, const sigset_t& previous) : fd_(std::move(fd)), previous_(previous) {}
    Fd fd_;
    sigset_t previous_;
};

} // namespace dnsmon
