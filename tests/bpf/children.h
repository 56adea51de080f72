// SPDX-License-Identifier: Apache-2.0
// Child processes that use sockets while the test looks on, and say so by ending or over a pipe; never by time.
#pragma once

#include "util/fd.h"

#include <array>
#include <cstdint>
#include <functional>
#include <sys/types.h>

namespace dnsmon::test {

/// A running child; killed and reaped at the end of its life if it is still there.
class Child {
  public:
    /// Runs `body` in a fork; the child calls `ready` when the parent may go on (start() returns then).
    using Ready = std::function<void()>;
    [[nodiscard]] static Child start(const char* name, const std::function<void(const Ready&)>& body);
    Child(Child&& other) noexcept;
    ~Child();
    [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }
    /// Exit status; 0 unless the body failed.
    int wait();
    void kill();

  private:
    explicit Child(pid_t pid) : pid_(pid) {}
    pid_t pid_;
};

/// Runs `body` in a child to its end; its pid.
std::uint32_t run_child(const char* name, const std::function<void()>& body);

/// In a child: ends it with a failure unless `condition`, naming what failed.
void must(bool condition, const char* what);

} // namespace dnsmon::test
