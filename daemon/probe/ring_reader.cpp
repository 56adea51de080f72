// SPDX-License-Identifier: Apache-2.0
#include "probe/ring_reader.h"

#include "dnsmon_abi.h"
#include "probe/owner_key.h"

#include <algorithm>
#include <cstring>

namespace dnsmon {
namespace {

constexpr std::uint64_t kUnitBytes = 1024; ///< of a packet: what counts as one towards the limit

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
    packet.interface = record.netns != 0 && other_device_
                           ? other_device_(record.netns, record.ifindex, (record.flags & DNSMON_RECORD_NEW_DEVICE) != 0)
                           : record.ifindex;
    packet.netns = record.netns;
    packet.asked_port = record.asked_port;
    packet.direction = direction_of(record);
    packet.loopback = (record.flags & DNSMON_RECORD_LOOPBACK) != 0;
    packet.ethertype = record.ethertype;
    packet.bytes = captured.first(std::min<std::size_t>(record.captured_bytes, captured.size()));
    packet.wire_bytes = record.wire_bytes;
    packet.datagram_bytes = record.datagram_bytes;
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
