// SPDX-License-Identifier: Apache-2.0
#include "probe/ring_reader.h"

#include "dnsmon_abi.h"

#include <algorithm>
#include <cstring>

namespace dnsmon {
namespace {

constexpr std::uint64_t kUnitBytes = 1024; ///< of a packet: what counts as one towards the limit

static_assert(static_cast<int>(Attribution::kNone) == DNSMON_MATCH_NONE);
static_assert(static_cast<int>(Attribution::kExact) == DNSMON_MATCH_EXACT);
static_assert(static_cast<int>(Attribution::kWildcard) == DNSMON_MATCH_WILDCARD);
static_assert(static_cast<int>(Attribution::kListener) == DNSMON_MATCH_LISTENER);
static_assert(static_cast<int>(Attribution::kProcfs) == DNSMON_MATCH_PROCFS);

Owner to_owner(const dnsmon_owner& from, std::uint8_t match) {
    Owner owner;
    if (match == DNSMON_MATCH_NONE) return owner;
    owner.attribution = static_cast<Attribution>(match);
    owner.pid = from.pid;
    owner.tid = from.tid;
    owner.uid = from.uid;
    owner.gid = from.gid;
    owner.cgroup_id = from.cgroup_id;
    owner.start_ns = from.start_ns;
    owner.image = from.image;
    std::copy_n(from.thread_name, owner.thread_name.size(), owner.thread_name.begin());
    std::copy_n(from.process_name, owner.process_name.size(), owner.process_name.begin());
    return owner;
}

// On loopback both ends are here: seen once, on its way out.
Direction direction_of(const dnsmon_record& record) {
    return (record.flags & DNSMON_RECORD_OUTGOING) != 0 ? Direction::kEgress : Direction::kIngress;
}

} // namespace

Result<std::unique_ptr<RingReader>> RingReader::open(int map_fd, std::size_t ring_bytes) {
    auto window = RingWindow::map(map_fd, ring_bytes);
    if (!window) return std::move(window).error();
    return std::unique_ptr<RingReader>(new RingReader(map_fd, std::move(*window)));
}

void RingReader::hand_over(std::span<const std::uint8_t> bytes, const OnPacket& on_packet) const {
    dnsmon_record record;
    if (bytes.size() < sizeof(record)) return; // no such record is ever made
    std::memcpy(&record, bytes.data(), sizeof(record));
    const auto captured = bytes.subspan(sizeof(record));

    Packet packet;
    packet.time_ns = clock_.from_monotonic(record.time_ns);
    packet.interface = record.ifindex;
    packet.netns = record.netns;
    packet.direction = direction_of(record);
    packet.loopback = (record.flags & DNSMON_RECORD_LOOPBACK) != 0;
    packet.ethertype = record.ethertype;
    packet.bytes = captured.first(std::min<std::size_t>(record.captured_bytes, captured.size()));
    packet.wire_bytes = record.wire_bytes;
    packet.sender = to_owner(record.sender, record.sender_match);
    packet.receiver = to_owner(record.receiver, record.receiver_match);
    on_packet(packet);
}

Result<std::uint64_t> RingReader::drain(const OnPacket& on_packet, std::uint64_t limit) {
    std::uint64_t taken = 0;
    while (taken < limit) {
        const auto record = window_.front();
        if (!record) return record.error();
        if (record->empty()) break;
        taken += std::max<std::uint64_t>(1, record->size() / kUnitBytes);
        hand_over(*record, on_packet);
        window_.consume();
    }
    return taken;
}

} // namespace dnsmon
