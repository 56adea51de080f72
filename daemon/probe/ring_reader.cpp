// SPDX-License-Identifier: Apache-2.0
#include "probe/ring_reader.h"

#include "dnsmon_abi.h"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace dnsmon {
namespace {

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
    std::copy_n(from.thread_name, owner.thread_name.size(), owner.thread_name.begin());
    std::copy_n(from.process_name, owner.process_name.size(), owner.process_name.begin());
    return owner;
}

// On loopback both ends are here: seen once, on its way out.
Direction direction_of(const dnsmon_record& record) {
    return (record.flags & DNSMON_RECORD_OUTGOING) != 0 ? Direction::kEgress : Direction::kIngress;
}

constexpr int kStop = -ECANCELED;

} // namespace

void RingReader::Free::operator()(ring_buffer* ring) const { ::ring_buffer__free(ring); }

Result<std::unique_ptr<RingReader>> RingReader::open(int map_fd) {
    std::unique_ptr<RingReader> reader(new RingReader);
    reader->ring_.reset(::ring_buffer__new(map_fd, on_record, reader.get(), nullptr));
    if (!reader->ring_) return system_error("mapping ring buffer", errno);
    return reader;
}

int RingReader::fd() const { return ::ring_buffer__epoll_fd(ring_.get()); }

int RingReader::on_record(void* self, void* data, std::size_t bytes) {
    auto& reader = *static_cast<RingReader*>(self);
    dnsmon_record record;
    if (bytes < sizeof(record)) return 0; // no such record is ever made
    std::memcpy(&record, data, sizeof(record));
    const auto* begin = static_cast<const std::uint8_t*>(data) + sizeof(record);

    Packet packet;
    packet.time_ns = reader.clock_.from_monotonic(record.time_ns);
    packet.interface = record.ifindex;
    packet.direction = direction_of(record);
    packet.loopback = (record.flags & DNSMON_RECORD_LOOPBACK) != 0;
    packet.ethertype = record.ethertype;
    packet.bytes = {begin, std::min<std::size_t>(record.captured_bytes, bytes - sizeof(record))};
    packet.wire_bytes = record.wire_bytes;
    packet.sender = to_owner(record.sender, record.sender_match);
    packet.receiver = to_owner(record.receiver, record.receiver_match);
    (*reader.on_packet_)(packet);
    // libbpf has moved past this record already; a negative value only ends the round.
    return ++reader.taken_ >= reader.limit_ ? kStop : 0;
}

Result<std::uint64_t> RingReader::drain(const OnPacket& on_packet, std::uint64_t limit) {
    if (limit == 0) return std::uint64_t{0};
    on_packet_ = &on_packet;
    taken_ = 0;
    limit_ = limit;
    const int result = ::ring_buffer__consume(ring_.get());
    on_packet_ = nullptr;
    if (result < 0 && result != kStop) return system_error("reading ring buffer", -result);
    return taken_;
}

} // namespace dnsmon
