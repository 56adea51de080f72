// SPDX-License-Identifier: Apache-2.0
// The layout is the kernel's (kernel/bpf/ringbuf.c, Documentation/bpf/ringbuf.rst): a page with the consumer's position, a
// page with the producer's, then the data twice in a row, so that a record at the end can be read without a break.
#include "probe/ring_window.h"

#include "dnsmon_abi.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace dnsmon {
namespace {

constexpr std::size_t kStepBytes = 1U << 20;
constexpr std::size_t kLongestRecord = sizeof(dnsmon_record) + DNSMON_MAX_CAPTURE_BYTES + BPF_RINGBUF_HDR_SZ;

std::size_t round_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

} // namespace

RingWindow::RingWindow(int map_fd, std::size_t ring_bytes, std::size_t page_bytes)
    : map_fd_(map_fd), ring_bytes_(ring_bytes), page_bytes_(page_bytes), step_bytes_(std::min(kStepBytes, ring_bytes)) {}

RingWindow::RingWindow(RingWindow&& other) noexcept
    : map_fd_(other.map_fd_), ring_bytes_(other.ring_bytes_), page_bytes_(other.page_bytes_),
      step_bytes_(other.step_bytes_), consumer_page_(std::exchange(other.consumer_page_, nullptr)),
      producer_page_(std::exchange(other.producer_page_, nullptr)), window_(std::exchange(other.window_, nullptr)),
      window_begin_(other.window_begin_), consumed_(other.consumed_), front_header_(other.front_header_) {}

/// A ring of the smallest size has no room for the longest record.
std::size_t RingWindow::window_bytes() const {
    return round_up(step_bytes_ + std::min(kLongestRecord, ring_bytes_), page_bytes_);
}

RingWindow::~RingWindow() {
    if (consumer_page_ != nullptr) ::munmap(consumer_page_, page_bytes_);
    if (producer_page_ != nullptr) ::munmap(producer_page_, page_bytes_);
    if (window_ != nullptr) ::munmap(window_, window_bytes());
}

Result<RingWindow> RingWindow::map(int map_fd, std::size_t ring_bytes) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    RingWindow ring(map_fd, ring_bytes, page);
    void* consumer = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
    if (consumer == MAP_FAILED) return system_error("mapping the ring's consumer page", errno);
    ring.consumer_page_ = consumer;
    void* producer = ::mmap(nullptr, page, PROT_READ, MAP_SHARED, map_fd, static_cast<off_t>(page));
    if (producer == MAP_FAILED) return system_error("mapping the ring's producer page", errno);
    ring.producer_page_ = producer;
    ring.consumed_ = *static_cast<std::uint64_t*>(consumer);
    if (auto first = ring.at(ring.consumed_); !first) return std::move(first).error();
    return ring;
}

Result<const std::uint8_t*> RingWindow::at(std::uint64_t position) {
    const std::uint64_t offset = position & (ring_bytes_ - 1); // a power of two
    const std::uint64_t begin = offset / step_bytes_ * step_bytes_;
    if (window_ == nullptr || begin != window_begin_) {
        const std::size_t bytes = window_bytes();
        const int fixed = window_ == nullptr ? 0 : MAP_FIXED;
        void* moved = ::mmap(window_, bytes, PROT_READ, MAP_SHARED | fixed, map_fd_,
                             static_cast<off_t>(2 * page_bytes_ + begin));
        if (moved == MAP_FAILED) return system_error("mapping the ring's data", errno);
        window_ = static_cast<std::uint8_t*>(moved);
        window_begin_ = begin;
    }
    return window_ + (offset - begin);
}

void RingWindow::advance(std::uint32_t header) {
    const std::uint32_t bytes = header & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
    consumed_ += round_up(bytes + BPF_RINGBUF_HDR_SZ, 8);
    // Release: the kernel may overwrite the record once it sees the position.
    std::atomic_ref(*static_cast<std::uint64_t*>(consumer_page_)).store(consumed_, std::memory_order_release);
}

Result<std::span<const std::uint8_t>> RingWindow::front() {
    while (true) {
        const auto produced =
            std::atomic_ref(*static_cast<std::uint64_t*>(producer_page_)).load(std::memory_order_acquire);
        if (consumed_ >= produced) return std::span<const std::uint8_t>{};
        const auto record = at(consumed_);
        if (!record) return record.error();
        // Acquire: what the producer wrote before it cleared the busy bit. The page is not written through this.
        auto* header_at = reinterpret_cast<std::uint32_t*>(const_cast<std::uint8_t*>(*record));
        const std::uint32_t header = std::atomic_ref(*header_at).load(std::memory_order_acquire);
        if ((header & BPF_RINGBUF_BUSY_BIT) != 0) return std::span<const std::uint8_t>{}; // being written: next time
        if ((header & BPF_RINGBUF_DISCARD_BIT) != 0) {
            advance(header);
            continue;
        }
        front_header_ = header;
        return std::span(*record + BPF_RINGBUF_HDR_SZ, header);
    }
}

void RingWindow::consume() { advance(front_header_); }

} // namespace dnsmon
