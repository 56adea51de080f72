// SPDX-License-Identifier: Apache-2.0
// TCP: segments in any order -> DNS messages cut out by their two-byte length (RFC 1035 4.2.2, RFC 7766). One table
// per worker thread; flows are directional (a connection is two). Bounded per flow and in all; the oldest goes first.
#pragma once

#include "packet/flow.h"
#include "packet/packet.h"
#include "packet/transport.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace dnsmon {

struct StreamLimits {
    std::size_t flows = 4096;
    std::size_t bytes_per_flow = 256U << 10; ///< held out of order or as an unfinished message; ≥ 65537
    std::size_t bytes = 8U << 20;
    std::int64_t idle_ns = 120'000'000'000; ///< by packet time
};

struct StreamLosses {
    std::uint64_t evicted_flows = 0;
    std::uint64_t gaps = 0;       ///< times that bytes were missing and the stream went on behind them
    std::uint64_t bytes_lost = 0; ///< in those gaps and in evicted flows
    std::uint64_t not_dns_flows = 0; ///< streams recognised as something else (TLS, HTTP) and left alone
};

/// One message cut out of a stream. `wire` is valid during the callback only.
struct StreamMessage {
    std::span<const std::uint8_t> wire;
    bool after_gap = false;  ///< bytes before this message were lost
    bool truncated = false;  ///< the stream ended inside the message
};

/// What became of one segment, for the packet counters.
enum class SegmentFate : std::uint8_t { kControl /* no payload */, kStream, kNotDns, kDuplicate };

class TcpStreams {
  public:
    explicit TcpStreams(StreamLimits limits = {});
    ~TcpStreams();
    TcpStreams(TcpStreams&&) noexcept;
    TcpStreams& operator=(TcpStreams&&) noexcept;

    using OnMessage = std::function<void(const StreamMessage&)>;
    /// Feeds one segment of `flow`; calls `on_message` for every message that is complete now, in stream order.
    SegmentFate add(const Flow& flow, const TcpSegment& segment, std::int64_t time_ns, const OnMessage& on_message);
    void expire(std::int64_t now_ns);
    [[nodiscard]] const StreamLosses& losses() const;
    [[nodiscard]] std::size_t flows() const;
    [[nodiscard]] std::size_t bytes_held() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace dnsmon
