// SPDX-License-Identifier: Apache-2.0
#include "pipeline/pipeline.h"

#include "dns/message.h"
#include "packet/ip.h"
#include "packet/transport.h"
#include "packet/tunnel.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace dnsmon {
namespace {

constexpr std::size_t kProcesses = 8192; // details kept; about 1 KiB each

TrackerOptions per_worker(const PipelineOptions& options, std::size_t workers) {
    TrackerOptions tracker = options.tracker;
    const auto share = options.tracker.pairing.entries / workers;
    tracker.pairing.entries = static_cast<std::uint32_t>(std::max<std::size_t>(share, 1));
    return tracker;
}

/// What transport headers add to an item; false: not UDP or TCP, or damaged. `payload` is what they carry.
bool parse_transport(const IpPacket& ip, PacketItem& item, std::span<const std::uint8_t>& payload) {
    item.flow.ip_version = ip.version;
    item.flow.source.address = ip.source;
    item.flow.destination.address = ip.destination;
    item.truncated = ip.truncated;
    if (ip.protocol == static_cast<std::uint8_t>(Transport::kUdp)) {
        const auto udp = parse_udp(ip.payload);
        if (!udp) return false;
        item.flow.transport = Transport::kUdp;
        item.flow.source.port = udp->source_port;
        item.flow.destination.port = udp->destination_port;
        item.truncated = item.truncated || udp->truncated;
        payload = udp->payload;
        return true;
    }
    if (ip.protocol != static_cast<std::uint8_t>(Transport::kTcp)) return false;
    const auto tcp = parse_tcp(ip.payload, ip.missing_bytes);
    if (!tcp) return false;
    item.flow.transport = Transport::kTcp;
    item.flow.source.port = tcp->source_port;
    item.flow.destination.port = tcp->destination_port;
    item.segment = *tcp;
    payload = tcp->payload;
    return true;
}

/// Other people's datagrams go no further than this; of a stream only its worker knows where a message may begin.
bool may_be_dns(Transport transport, std::span<const std::uint8_t> payload) {
    return transport == Transport::kTcp || dns::header_looks_like_dns(payload);
}

/// RFC 791's identification. IPv6 has none, but in fragments.
std::uint16_t identification(const Packet& packet, const IpPacket& ip) {
    if (ip.version != IpVersion::kV4 || packet.bytes.size() < 6) return 0;
    return static_cast<std::uint16_t>(packet.bytes[4] << 8 | packet.bytes[5]);
}

} // namespace

Pipeline::Pipeline(const PipelineOptions& options, std::atomic<std::uint64_t>& sequence,
                   InterfaceNames::Lookup interface_name, const Deliver& deliver, const std::function<void()>& on_room)
    : ports_(options.ports), any_port_(options.any_port), crossing_ns_(options.crossing_ns), tunnels_(options.tunnels),
      interfaces_(std::move(interface_name)),
      recursion_(std::chrono::nanoseconds(options.tracker.pairing.timeout).count()),
      processes_(options.enrich, kProcesses) {
    lanes_.resize(std::max<std::size_t>(options.workers, 1));
    const TrackerOptions tracker = per_worker(options, lanes_.size());
    for (Lane& lane : lanes_)
        lane.worker = std::make_unique<Worker>(tracker, sequence, options.queue_packets, deliver, on_room);
}

void Pipeline::reconfigure(const PipelineOptions& options) {
    ports_ = PortSet(options.ports);
    recursion_.set_timeout(std::chrono::nanoseconds(options.tracker.pairing.timeout).count());
    processes_.reconfigure(options.enrich);
    senders_.clear();
    receivers_.clear();
    const auto tracker = std::make_shared<const TrackerOptions>(per_worker(options, lanes_.size()));
    for (Lane& lane : lanes_) lane.batch.options = tracker;
}

void Pipeline::submit(const Packet& packet) {
    counters_.add(Counter::kPacketsReceived);
    submit_layer(packet, tunnels_ ? kMaxTunnelDepth : 0);
}

void Pipeline::submit_layer(const Packet& packet, int tunnels_left) {
    const IpPacket ip = parse_ip(packet.bytes, packet.wire_bytes);
    switch (ip.outcome) {
    case IpOutcome::kMalformed: counters_.add(Counter::kPacketsMalformed); return;
    case IpOutcome::kDatagram: submit_datagram(packet, ip, tunnels_left); return;
    case IpOutcome::kFragment: break;
    }
    const auto whole = fragments_.add(packet, ip);
    note_fragment_losses();
    // The fragment that completes a datagram counts as what the datagram is; the others as fragments.
    if (whole)
        submit_datagram(whole->first, whole->ip, tunnels_left);
    else
        counters_.add(Counter::kPacketsFragment);
}

void Pipeline::submit_datagram(const Packet& packet, const IpPacket& ip, int tunnels_left) {
    PacketItem item;
    std::span<const std::uint8_t> payload;
    const bool transport = parse_transport(ip, item, payload);
    if (transport && packet.asked_port != 0) item.flow.destination.port = packet.asked_port;
    const bool listed =
        transport && (ports_.contains(item.flow.source.port) || ports_.contains(item.flow.destination.port));
    if (!listed && tunnels_left > 0 && submit_inner(packet, ip, tunnels_left)) return;
    if (!transport) {
        counters_.add(Counter::kPacketsMalformed);
        return;
    }
    if (!listed && !(any_port_ && may_be_dns(item.flow.transport, payload))) {
        counters_.add(Counter::kPacketsNotDns);
        return;
    }
    item.heuristic = !listed;
    item.time_ns = packet.time_ns;
    item.direction = packet.direction;
    item.loopback = packet.loopback;
    item.netns = packet.netns;
    if (packet.loopback) item.flow.netns = packet.netns;
    item.interface = interfaces_.find(packet.interface);
    Owner receiver = packet.receiver;
    if (!receiver.known() && !packet.loopback && find_server_ && ports_.contains(item.flow.destination.port))
        receiver = find_server_(item.flow.transport, item.flow.destination);
    item.sender = senders_.find(packet.sender, packet.time_ns, processes_);
    item.receiver = receivers_.find(receiver, packet.time_ns, processes_);
    const std::uint16_t ip_id = identification(packet, ip);
    if (item.flow.transport == Transport::kUdp && packet.datagram_bytes != 0)
        submit_datagrams(packet, item, payload, ip_id);
    else
        submit_item(packet, item, payload, ip_id);
}

void Pipeline::submit_datagrams(const Packet& packet, const PacketItem& whole, std::span<const std::uint8_t> rest,
                                std::uint16_t ip_id) {
    for (bool first = true; first || !rest.empty(); first = false, ++ip_id) { // segments are numbered one by one
        const auto payload = take_datagram(rest, packet.datagram_bytes);
        if (!first && payload.size() < dns::kHeaderBytes) continue; // a crowd of crumbs costs nothing
        PacketItem item = whole;
        item.follows = !first;
        item.truncated = whole.truncated && rest.empty();
        submit_item(packet, item, payload, ip_id);
    }
}

void Pipeline::submit_item(const Packet& packet, PacketItem& item, std::span<const std::uint8_t> payload,
                           std::uint16_t ip_id) {
    recursion_.note(item, payload); // before it is held: the client's answer on loopback is not
    if (crossing_ns_ == 0 || item.loopback) {
        dispatch(item, payload);
        return;
    }
    const bool follows = item.follows;
    const Crossings::Sighting sighting{packet.interface, ip_id, goes_to_client(item, payload)};
    if (crossings_.add(item, payload, sighting, [this](auto& held, auto bytes) { dispatch(held, bytes); }) && !follows)
        counters_.add(Counter::kPacketsDuplicate);
}

/// A query and its answer meet in one worker. Translation within this host may give them different servers, but one client.
std::size_t Pipeline::hash_for_lane(const PacketItem& item) const {
    const Flow& flow = item.flow;
    const bool from_server = ports_.contains(flow.source.port);
    if (!item.loopback || from_server == ports_.contains(flow.destination.port)) return flow.symmetric_hash();
    return flow.hash_of_end(from_server ? flow.destination : flow.source);
}

void Pipeline::dispatch(PacketItem& item, std::span<const std::uint8_t> payload) {
    Lane& lane = lanes_[hash_for_lane(item) % lanes_.size()];
    PacketBatch& batch = lane.batch;
    lane.keep(item.sender);
    lane.keep(item.receiver);
    item.payload_offset = static_cast<std::uint32_t>(batch.bytes.size());
    item.payload_bytes = static_cast<std::uint32_t>(payload.size());
    batch.bytes.insert(batch.bytes.end(), payload.begin(), payload.end());
    batch.items.push_back(std::move(item));
}

void Pipeline::Lane::keep(const End* end) {
    if (end == nullptr) return;
    const End*& place = recent[(end->owner.pid * 31U + end->owner.tid) % recent.size()];
    if (place == end) return;
    place = end;
    batch.ends.push_back(kept(end));
}

bool Pipeline::Lane::offer() {
    if (!worker->offer(batch)) return false;
    batch = worker->recycle();
    recent.fill(nullptr);
    return true;
}

bool Pipeline::goes_to_client(const PacketItem& item, std::span<const std::uint8_t> payload) const {
    constexpr std::uint8_t kQr = 0x80; // RFC 1035 4.1.1: third octet
    if (item.flow.transport == Transport::kUdp) return payload.size() > 2 && (payload[2] & kQr) != 0;
    return ports_.contains(item.flow.source.port) && !ports_.contains(item.flow.destination.port);
}

bool Pipeline::submit_inner(const Packet& packet, const IpPacket& ip, int tunnels_left) {
    const auto payload = parse_tunnel(ip);
    if (!payload) return false;
    Packet inner = packet;
    inner.ethertype = payload->ethertype;
    inner.bytes = payload->bytes;
    inner.wire_bytes = static_cast<std::uint32_t>(payload->bytes.size()) + ip.missing_bytes;
    submit_layer(inner, tunnels_left - 1);
    return true;
}

void Pipeline::note_fragment_losses() {
    const FragmentsLost& now = fragments_.lost();
    counters_.add(Counter::kFragmentsExpired, now.expired - noted_lost_.expired);
    counters_.add(Counter::kFragmentsEvicted, now.evicted + now.refused - noted_lost_.evicted - noted_lost_.refused);
    noted_lost_ = now;
}

bool Pipeline::flush(std::int64_t now_ns) {
    fragments_.expire(now_ns);
    note_fragment_losses();
    crossings_.release_until(now_ns - crossing_ns_, now_ns, [this](auto& held, auto bytes) { dispatch(held, bytes); });
    bool all_taken = true;
    for (Lane& lane : lanes_) {
        lane.batch.now_ns = now_ns - crossing_ns_; // an answer that is held must not be late
        if (!lane.offer()) all_taken = false;
    }
    return all_taken;
}

void Pipeline::finish(std::int64_t now_ns) {
    crossings_.release_all([this](auto& held, auto bytes) { dispatch(held, bytes); });
    for (Lane& lane : lanes_) {
        lane.batch.now_ns = now_ns;
        lane.worker->offer_last(lane.batch);
        lane.worker->wait();
    }
}

std::uint64_t Pipeline::total(Counter counter) const {
    std::uint64_t sum = counters_.get(counter);
    for (const Lane& lane : lanes_) sum += lane.worker->counters().get(counter);
    if (counter == Counter::kDetailsRead) sum += processes_.reads();
    if (counter == Counter::kDetailsGone) sum += processes_.gone();
    return sum;
}

std::size_t Pipeline::total(Fill fill) const {
    return std::accumulate(lanes_.begin(), lanes_.end(), std::size_t{0}, [&](std::size_t sum, const Lane& lane) {
        return sum + lane.worker->counters().get(fill);
    });
}

std::vector<ServerAnswers> Pipeline::servers() const {
    std::vector<std::vector<ServerAnswers>> by_worker;
    for (const Lane& lane : lanes_) by_worker.push_back(lane.worker->servers());
    return merge_servers(by_worker);
}

std::size_t Pipeline::queued_packets() const {
    std::size_t sum = 0;
    for (const Lane& lane : lanes_) sum += lane.worker->queued_packets();
    return sum;
}

} // namespace dnsmon
