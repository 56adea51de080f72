// SPDX-License-Identifier: Apache-2.0
// TCP: segments in any order (RFC 9293 3.4) -> DNS messages cut out by their two-byte length (RFC 1035 4.2.2,
// RFC 7766). One table per worker thread; flows are directional (a connection is two). Bounded per flow and in all;
// the oldest goes first, flows that hold nothing before others. Never waits for bytes longer than the limits say.
#pragma once

#include "packet/flow.h"
#include "packet/message_framer.h"
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
    std::size_t pieces_per_flow = 256;      ///< stretches held out of order
    std::int64_t gap_ns = 2'000'000'000;    ///< missing bytes are waited for this long
    std::int64_t idle_ns = 120'000'000'000; ///< both by packet time
};

struct StreamLosses {
    std::uint64_t evicted_flows = 0;
    std::uint64_t gaps = 0;       ///< times that bytes were missing and the stream went on behind them
    std::uint64_t bytes_lost = 0; ///< in those gaps and in evicted flows
    std::uint64_t not_dns_flows = 0; ///< streams recognised as something else (TLS, HTTP) and left alone

    friend StreamLosses operator+(const StreamLosses& a, const StreamLosses& b) {
        return {a.evicted_flows + b.evicted_flows, a.gaps + b.gaps, a.bytes_lost + b.bytes_lost,
                a.not_dns_flows + b.not_dns_flows};
    }
};

/// What became of one segment, for the packet counters.
enum class SegmentFate : std::uint8_t { kControl /* no payload */, kStream, kNotDns, kDuplicate };

class TcpStreams {
  public:
    /// `plausible` is asked where a message's beginning is a guess: dns::looks_like_dns.
    explicit TcpStreams(PlausibleMessage plausible, StreamLimits limits = {},
                        Expectation expectation = Expectation::kDns);
    ~TcpStreams();
    TcpStreams(TcpStreams&&) noexcept;
    TcpStreams& operator=(TcpStreams&&) noexcept;

    /// Feeds one segment of `flow`; calls `on_message` for every message that is complete now, in stream order.
    SegmentFate add(const Flow& flow, const TcpSegment& segment, std::int64_t time_ns, const OnMessage& on_message);

    /// A message that no segment of its own brought out.
    using OnLateMessage = std::function<void(const Flow&, const StreamMessage&)>;
    /// Gives up gaps older than `gap_ns` and flows idle for `idle_ns`; gives what they still hold.
    void expire(std::int64_t now_ns, const OnLateMessage& on_message);
    /// The end of a capture: gives all that is still held, forgets every flow.
    void finish(const OnLateMessage& on_message);
    [[nodiscard]] const StreamLosses& losses() const;
    [[nodiscard]] std::size_t flows() const;
    [[nodiscard]] std::size_t bytes_held() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace dnsmon
