// SPDX-License-Identifier: Apache-2.0
// A packet that crosses this host (veth, bridge, NAT, uplink) is seen on each interface. Holds every packet for a
// moment and joins its copies into one: the conversation as its innermost client sees it, the owner that any copy
// knew, the interfaces in order. What another namespace's socket sends is seen before its neighbour's address is known:
// copies that come when it was released are known again, too. Loop thread only; bounded; a packet seen again on the same
// interface in the same direction is another one.
#pragma once

#include "pipeline/aged_table.h"
#include "pipeline/packet_batch.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

namespace dnsmon {

class Crossings {
  public:
    explicit Crossings(std::size_t packets = 8192) : capacity_(packets) {}

    using Release = std::function<void(PacketItem& item, std::span<const std::uint8_t> payload)>;
    /// What does not change on the way: the payload, `ip_id` (IPv4's identification), the TCP sequence number.
    struct Sighting {
        std::uint32_t interface = 0;
        std::uint16_t ip_id = 0;
        bool answer = false; ///< goes to the client
    };
    /// True: a copy of a packet that is held, and joined with it. Else the packet is held now; when there is no room
    /// the oldest is released for it.
    [[nodiscard]] bool add(PacketItem& item, std::span<const std::uint8_t> payload, const Sighting& sighting,
                           const Release& release);
    /// Releases, in order of arrival, what was seen at or before `until_ns`; of what claims to be from beyond
    /// `now_ns` (the clock was set back) everything.
    void release_until(std::int64_t until_ns, std::int64_t now_ns, const Release& release);
    void release_all(const Release& release);
    [[nodiscard]] std::size_t size() const { return held_.size(); }

  private:
    /// Where a packet is seen: an interface and the direction there. A router may send it back on the one where it came.
    struct Way {
        std::uint32_t interface = 0;
        Direction direction = Direction::kUnknown;
        bool operator==(const Way&) const = default;
    };
    struct Held {
        PacketItem item;
        EndPtr sender; ///< what item points to
        EndPtr receiver;
        std::vector<std::uint8_t> payload;
        std::uint64_t fingerprint = 0;
        std::vector<Way> ways;

        void keep_ends() {
            if (sender.get() != item.sender) sender = kept(item.sender);
            if (receiver.get() != item.receiver) receiver = kept(item.receiver);
        }
    };

    /// Sent in another namespace, released before any copy came.
    struct Sent {
        std::int64_t time_ns = 0;
        Flow flow;
        bool sender_exact = false;
        bool receiver_exact = false;
        Way way;
        std::vector<std::uint8_t> payload;
    };

    [[nodiscard]] Held* find_original(const PacketItem& item, std::span<const std::uint8_t> payload,
                                      std::uint64_t fingerprint, const Way& way);
    void remember_sent(const Held& held);
    [[nodiscard]] bool is_late_copy(const PacketItem& item, std::span<const std::uint8_t> payload,
                                    std::uint64_t fingerprint, const Way& way);
    void release_front(const Release& release);

    std::size_t capacity_;
    std::deque<Held> held_;
    std::vector<Held> spare_; ///< emptied, for their memory
    std::uint64_t released_ = 0; ///< number of held_.front()
    std::unordered_multimap<std::uint64_t, std::uint64_t> by_fingerprint_; ///< to the number of what is held
    AgedTable<Sent> sent_;
};

} // namespace dnsmon
