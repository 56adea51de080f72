// SPDX-License-Identifier: Apache-2.0
// The consumer's view of a BPF_MAP_TYPE_RINGBUF: its positions, and a window of its data that moves along. libbpf maps
// all of the data twice, and the kernel counts every page of both as resident (32 MiB for a ring of 16); a window of a
// megabyte serves as well (docs/adr/0003-wake-ups-and-ring-window.md). Loop thread only.
#pragma once

#include "util/result.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace dnsmon {

class RingWindow {
  public:
    /// `map_fd` stays the caller's; `ring_bytes` is the map's max_entries.
    [[nodiscard]] static Result<RingWindow> map(int map_fd, std::size_t ring_bytes);
    ~RingWindow();
    RingWindow(RingWindow&& other) noexcept;
    RingWindow& operator=(RingWindow&&) = delete;

    /// The oldest record that was submitted and not consumed; empty: there is none. Discarded ones are passed over.
    /// An Error only where the window cannot be moved. Valid until consume().
    [[nodiscard]] Result<std::span<const std::uint8_t>> front();
    /// Gives the front record's room back to the kernel.
    void consume();

  private:
    RingWindow(int map_fd, std::size_t ring_bytes, std::size_t page_bytes);
    [[nodiscard]] Result<const std::uint8_t*> at(std::uint64_t position);
    void advance(std::uint32_t header);
    [[nodiscard]] std::size_t window_bytes() const;

    int map_fd_;
    std::size_t ring_bytes_;
    std::size_t page_bytes_;
    std::size_t step_bytes_; ///< the window begins at multiples of this
    void* consumer_page_ = nullptr;
    void* producer_page_ = nullptr;
    std::uint8_t* window_ = nullptr;
    std::uint64_t window_begin_ = 0; ///< offset in the ring's data
    std::uint64_t consumed_ = 0;
    std::uint32_t front_header_ = 0;
};

} // namespace dnsmon
