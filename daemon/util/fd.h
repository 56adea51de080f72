// SPDX-License-Identifier: Apache-2.0
// A file descriptor with one owner. Moves only; closes on destruction and leaves errno as it was, so that
// `return system_error("…", errno)` after a scope with an Fd still names the real failure.
#pragma once

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace dnsmon {

class Fd {
  public:
    Fd() = default;
    explicit Fd(int fd) : fd_(fd) {}
    Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd& operator=(Fd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    [[nodiscard]] int get() const { return fd_; }
    [[nodiscard]] bool valid() const { return fd_ >= 0; }
    explicit operator bool() const { return valid(); }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }

    void reset() {
        if (fd_ < 0) return;
        const int saved = errno;
        ::close(std::exchange(fd_, -1));
        errno = saved;
    }

  private:
    int fd_ = -1;
};

} // namespace dnsmon
