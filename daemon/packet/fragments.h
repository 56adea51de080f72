// SPDX-License-Identifier: Apache-2.0
// IP reassembly (RFC 791 3.2, RFC 8200 4.5, RFC 5722: overlapping IPv6 fragments kill the datagram). Used by the loop
// thread before packets are dispatched, so that every worker sees whole datagrams. Bounded in datagrams, bytes and
// time; what is given up is reported to the caller, who counts it.
#pragma once

#include "packet/ip.h"
#include "packet/packet.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace dnsmon {

struct FragmentLimits {
    std::size_t datagrams = 1024;
    std::size_t bytes = 4U << 20;
    std::int64_t timeout_ns = 60'000'000'000; ///< RFC 8200 4.5, RFC 1122 3.3.2; by packet time, not the wall clock
};

/// Fragments (not datagrams) that will never become a datagram.
struct FragmentsLost {
    std::uint64_t expired = 0;
    std::uint64_t evicted = 0;
    std::uint64_t refused = 0; ///< overlap, impossible length
};

class FragmentTable {
  public:
    explicit FragmentTable(FragmentLimits limits = {});
    ~FragmentTable();
    FragmentTable(FragmentTable&&) noexcept;
    FragmentTable& operator=(FragmentTable&&) noexcept;

    struct Whole {
        IpPacket ip;      ///< outcome kDatagram; payload points into the table, valid until the next call
        Packet first;     ///< the fragment with offset 0, without its bytes: time, interface, direction, owners
        std::uint32_t fragments = 0;
    };
    /// Adds one fragment (`ip.outcome == kFragment`); the whole datagram when this one completed it.
    [[nodiscard]] std::optional<Whole> add(const Packet& packet, const IpPacket& ip);
    /// Forgets what is older than the timeout at `now_ns`.
    void expire(std::int64_t now_ns);
    [[nodiscard]] const FragmentsLost& lost() const;
    [[nodiscard]] std::size_t pending_fragments() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace dnsmon
