// SPDX-License-Identifier: Apache-2.0
// The consumer's side of the kernel's ring buffer: dnsmon_record -> Packet. Loop thread only; never waits.
#pragma once

#include "packet/packet.h"
#include "probe/ring_window.h"
#include "probe/wall_clock.h"
#include "util/result.h"

#include <cstdint>
#include <functional>
#include <memory>

namespace dnsmon {

class RingReader {
  public:
    using OnPacket = std::function<void(const Packet&)>;
    /// Packet::interface of a device of another namespace. `renewed`: what was known of these two numbers is of another one.
    using OtherDevice = std::function<std::uint32_t(std::uint32_t netns, std::uint32_t ifindex, bool renewed)>;

    /// `map_fd`: the ring map, of `ring_bytes`; stays the caller's.
    [[nodiscard]] static Result<std::unique_ptr<RingReader>> open(int map_fd, std::size_t ring_bytes);

    [[nodiscard]] int fd() const { return map_fd_; } ///< for epoll: the map itself is readable when records wait
    /// Packets until `limit`, where a large one counts once for each KiB; bytes are valid during the call only. What was
    /// taken, so counted: less than `limit` when the ring is empty.
    Result<std::uint64_t> drain(const OnPacket& on_packet, std::uint64_t limit);
    void resync_clock() { clock_.resync(); }
    /// Without it such packets have the index that the device has there.
    void number_other_devices(OtherDevice number) { other_device_ = std::move(number); }

  private:
    RingReader(int map_fd, RingWindow window) : map_fd_(map_fd), window_(std::move(window)) {}
    void hand_over(std::span<const std::uint8_t> bytes, const OnPacket& on_packet) const;

    int map_fd_;
    RingWindow window_;
    WallClock clock_;
    OtherDevice other_device_;
};

} // namespace dnsmon
