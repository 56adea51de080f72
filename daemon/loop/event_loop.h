// SPDX-License-Identifier: Apache-2.0
// The one epoll loop of the program: descriptors and what to do when they are readable. One thread; handlers run one
// after the other and may watch, pause and forget descriptors. Owns no descriptor but its own.
#pragma once

#include "util/fd.h"
#include "util/result.h"

#include <functional>
#include <unordered_map>

namespace dnsmon {

class EventLoop {
  public:
    using Handler = std::function<void()>;

    [[nodiscard]] static Result<EventLoop> make();

    Result<void> watch(int fd, Handler on_readable);
    /// Keeps the handler but stops asking the kernel about `fd`; resume() asks again.
    void pause(int fd);
    void resume(int fd);
    void forget(int fd);

    /// Runs handlers until stop(); an Error is epoll's own failure.
    Result<void> run();
    void stop() { running_ = false; }

  private:
    explicit EventLoop(Fd epoll) : epoll_(std::move(epoll)) {}
    bool ask_kernel(int fd);

    Fd epoll_;
    std::unordered_map<int, Handler> handlers_;
    bool running_ = false;
};

} // namespace dnsmon
