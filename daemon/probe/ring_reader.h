// SPDX-License-Identifier: Apache-2.0
// The consumer's side of the kernel's ring buffer: dnsmon_record -> Packet. Loop thread only; never waits.
#pragma once

#include "packet/packet.h"
#include "probe/wall_clock.h"
#include "util/result.h"

#include <cstdint>
#include <functional>
#include <memory>

struct ring_buffer;

namespace dnsmon {

class RingReader {
  public:
    using OnPacket = std::function<void(const Packet&)>;

    /// `map_fd`: the ring map; stays the caller's.
    [[nodiscard]] static Result<std::unique_ptr<RingReader>> open(int map_fd);

    [[nodiscard]] int fd() const; ///< for epoll
    /// At most `limit` packets; bytes are valid during the call only.
    Result<std::uint64_t> drain(const OnPacket& on_packet, std::uint64_t limit);
    void resync_clock() { clock_.resync(); }

  private:
    RingReader() = default;
    static int on_record(void* self, void* data, std::size_t bytes);

    struct Free {
        void operator()(ring_buffer* ring) const;
    };
    std::unique_ptr<ring_buffer, Free> ring_;
    WallClock clock_;
    // One drain() call's state, for libbpf's callback.
    const OnPacket* on_packet_ = nullptr;
    std::uint64_t taken_ = 0;
    std::uint64_t limit_ = 0;
};

} // namespace dnsmon
