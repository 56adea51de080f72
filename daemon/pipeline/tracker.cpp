// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tracker.h"

#include "dns/registry.h"
#include "pipeline/question_hash.h"

#include <algorithm>
#include <chrono>

namespace dnsmon {
namespace {

constexpr std::uint16_t kMdnsPort = 5353;  // RFC 6762
constexpr std::uint16_t kLlmnrPort = 5355; // RFC 4795
constexpr std::uint16_t kTypeIxfr = 251;   // RFC 1995
constexpr std::uint16_t kTypeAxfr = 252;   // RFC 5936

bool plausible_in_stream(std::span<const std::uint8_t> wire) { return dns::looks_like_dns(wire, dns::Hint::kStream); }
bool strictly_plausible(std::span<const std::uint8_t> wire) { return dns::looks_like_dns(wire, dns::Hint::kNothing); }

/// mDNS and LLMNR queries go to a group: answers come from other addresses, or never, and nobody is late.
bool is_multicast_dns(const Flow& flow) {
    const auto special = [](std::uint16_t port) { return port == kMdnsPort || port == kLlmnrPort; };
    return flow.destination.address.is_multicast() || special(flow.source.port) || special(flow.destination.port);
}

/// RFC 8490 5.4.1: a DSO message without an id has no answer.
bool is_one_way(const dns::Message& message) { return message.header.opcode == dns::kOpcodeDso && message.header.id == 0; }

bool is_zone_transfer(const dns::Message& message) {
    if (message.questions.empty()) return false;
    const auto type = message.questions.front().type;
    return type == kTypeAxfr || type == kTypeIxfr;
}

PairingKey key_of(const dns::Message& message, const Flow& client_to_server) {
    return {client_to_server, message.header.id, question_hash(message)};
}

std::optional<LocalProcess> local_process(const End* end) {
    if (end == nullptr) return std::nullopt;
    return LocalProcess{&end->owner, end->details.get(), {}, {}};
}

} // namespace

Tracker::Tracker(const TrackerOptions& options, std::atomic<std::uint64_t>& sequence)
    : options_(options), sequence_(sequence), filter_(options.filter), redaction_(options.privacy),
      encoder_(make_encoder(options.format, options.encoder)), streams_(plausible_in_stream),
      guessed_streams_(strictly_plausible, {}, Expectation::kAnything),
      pairing_(options.pairing.entries) {}

void Tracker::reconfigure(const TrackerOptions& options) {
    options_ = options;
    filter_ = Filter(options.filter);
    redaction_ = Redaction(options.privacy);
    encoder_ = make_encoder(options.format, options.encoder);
    pairing_.resize(options.pairing.enabled ? options.pairing.entries : 0);
}

void Tracker::handle(const PacketItem& item, std::span<const std::uint8_t> payload, Batch& out) {
    if (item.flow.transport == Transport::kTcp) {
        handle_segment(item, payload, out);
        return;
    }
    const dns::Hint hint = item.heuristic ? dns::Hint::kNothing
                           : item.truncated ? dns::Hint::kCutDatagram
                                            : dns::Hint::kDatagram;
    if (!dns::looks_like_dns(payload, hint)) {
        if (!item.follows) counters_.add(Counter::kPacketsNotDns);
        return;
    }
    if (!item.follows) counters_.add(Counter::kPacketsMessage);
    handle_message(item, {.wire = payload, .truncated = item.truncated, .time_ns = item.time_ns}, out);
}

void Tracker::handle_segment(const PacketItem& item, std::span<const std::uint8_t> payload, Batch& out) {
    TcpSegment segment = item.segment;
    segment.payload = payload;
    TcpStreams& streams = item.heuristic ? guessed_streams_ : streams_;
    const auto fate = streams.add(item.flow, segment, item.time_ns,
                                   [&](const StreamMessage& piece) { handle_message(item, piece, out); });
    switch (fate) {
    case SegmentFate::kControl: counters_.add(Counter::kPacketsControl); break;
    case SegmentFate::kStream:
    case SegmentFate::kDuplicate: counters_.add(Counter::kPacketsStream); break;
    case SegmentFate::kNotDns: counters_.add(Counter::kPacketsNotDns); break;
    }
    note_stream_losses();
}

void Tracker::handle_late(const Flow& flow, const StreamMessage& piece, bool heuristic, Batch& out) {
    PacketItem item; // whose segment it was is not known any more; pairing may still tell
    item.flow = flow;
    item.time_ns = piece.time_ns;
    item.heuristic = heuristic;
    handle_message(item, piece, out);
}

void Tracker::note_stream_losses() {
    const StreamLosses now = streams_.losses() + guessed_streams_.losses();
    counters_.add(Counter::kStreamsEvicted, now.evicted_flows - noted_losses_.evicted_flows);
    counters_.add(Counter::kStreamGaps, now.gaps - noted_losses_.gaps);
    counters_.add(Counter::kStreamBytesLost, now.bytes_lost - noted_losses_.bytes_lost);
    counters_.add(Counter::kStreamsNotDns, now.not_dns_flows - noted_losses_.not_dns_flows);
    noted_losses_ = now;
}

void Tracker::note_fill() {
    counters_.set(Fill::kPairing, pairing_.size());
    counters_.set(Fill::kStreams, streams_.flows() + guessed_streams_.flows());
}

void Tracker::handle_message(const PacketItem& item, const StreamMessage& piece, Batch& out) {
    counters_.add(Counter::kMessagesFound);
    if (!filter_.may_keep(item.flow)) {
        counters_.add(Counter::kEventsFiltered);
        return;
    }
    dns::decode(piece.wire, message_);
    if (message_.error != dns::DecodeError::kNone) counters_.add(Counter::kDecodeErrors);

    const bool response = message_.header.response;
    Event event;
    event.action = response ? Action::kResponse : Action::kQuery;
    event.time_ns = piece.time_ns;
    event.message = &message_;
    event.flow = item.flow;
    // Seen from the client when both ends are here: its queries leave, its answers arrive.
    event.direction = !item.loopback ? item.direction : response ? Direction::kIngress : Direction::kEgress;
    if (item.interface != nullptr) event.interface = *item.interface;
    event.netns = item.netns;
    event.interfaces = std::span(item.crossed).first(item.crossed_count);
    event.network_bytes = static_cast<std::uint32_t>(piece.wire.size());
    event.heuristic = item.heuristic;
    event.truncated = piece.truncated;
    event.gap = piece.after_gap;

    const bool pair = options_.pairing.enabled && !is_multicast_dns(item.flow) && !is_one_way(message_);
    PendingQuery* query = nullptr;
    if (pair && response) query = pair_response(item, event);
    if (pair && !response) pair_query(item, piece, event);
    // The query named its sender at the moment of sending; by the time of the answer the socket may have another owner.
    const End* client = query != nullptr && query->client ? query->client.get() : response ? item.receiver : item.sender;
    set_processes(event, client, response ? item.sender : item.receiver);
    set_on_behalf_of(event, item);
    emit(event, out);
    if (query == nullptr) return;
    if (query->zone_transfer || query->answers++ < query->retransmits) {
        pairing_.goes_on(*query, piece.time_ns);
    } else {
        pairing_.remove(*query);
    }
}

void Tracker::pair_query(const PacketItem& item, const StreamMessage& piece, Event& event) {
    PendingQuery& query = pairing_.add(key_of(message_, item.flow), {item.sender, piece.connection});
    counters_.add(Counter::kPairingEvicted, pairing_.evicted() - noted_evicted_);
    noted_evicted_ = pairing_.evicted();
    if (query.time_ns != 0) {
        event.retransmits = ++query.retransmits;
        counters_.add(Counter::kRetransmits);
        return;
    }
    query.time_ns = event.time_ns;
    query.direction = event.direction;
    query.netns = item.netns;
    query.heuristic = item.heuristic;
    // The query tells: its answers need not repeat the question (RFC 5936 2.2.1).
    query.zone_transfer = item.flow.transport == Transport::kTcp && is_zone_transfer(message_);
    query.interface = item.interface;
    query.server = kept(item.receiver);
    query.wire.assign(message_.wire.begin(), message_.wire.end());
}

PendingQuery* Tracker::pair_response(const PacketItem& item, Event& event) {
    const PairingKey key = key_of(message_, item.flow.reversed());
    PendingQuery* query = pairing_.find(key);
    if (query == nullptr && item.loopback) query = pairing_.find_translated(key, item.sender);
    if (query == nullptr) {
        event.unsolicited = true;
        counters_.add(Counter::kUnsolicited);
        return nullptr;
    }
    event.duration_ns = std::max<std::int64_t>(event.time_ns - query->time_ns, 0);
    event.retransmits = query->retransmits;
    // The first: the others' time is a zone transfer's length, or that of sending the query again.
    if (!query->answered) servers_.answered(item.flow.source.address.bytes, item.time_ns, *event.duration_ns);
    return query;
}

void Tracker::set_processes(Event& event, const End* client, const End* server) {
    event.process = local_process(client);
    (event.process ? event.server_process : event.process) = local_process(server);
    if (!event.process) {
        counters_.add(Counter::kUnattributed);
    } else if (options_.user_names) {
        event.process->user_name = names_.user(event.process->owner->uid);
        event.process->group_name = names_.group(event.process->owner->gid);
    }
}

void Tracker::set_on_behalf_of(Event& event, const PacketItem& item) {
    on_behalf_of_.clear();
    if (item.on_behalf_of == nullptr || event.action != Action::kQuery) return;
    for (const EndPtr& client : *item.on_behalf_of) on_behalf_of_.push_back({&client->owner, client->details.get(), {}, {}});
    event.on_behalf_of = on_behalf_of_;
}

void Tracker::emit(Event& event, Batch& out) {
    if (!filter_.keeps(event)) {
        counters_.add(Counter::kEventsFiltered);
        return;
    }
    redaction_.apply(event, message_);
    event.sequence = sequence_.fetch_add(1, std::memory_order_relaxed);
    EncodedEvent encoded;
    encoded.line_offset = static_cast<std::uint32_t>(out.lines.size());
    encoder_->append(out.lines, event);
    encoded.line_bytes = static_cast<std::uint32_t>(out.lines.size()) - encoded.line_offset;
    if (options_.journal_fields) {
        encoded.journal_offset = static_cast<std::uint32_t>(out.journal.size());
        journal_.append(out.journal, event, out.line(encoded));
        encoded.journal_bytes = static_cast<std::uint32_t>(out.journal.size()) - encoded.journal_offset;
    }
    out.events.push_back(encoded);
    counters_.add(Counter::kEventsEncoded);
}

void Tracker::advance(std::int64_t now_ns, Batch& out) {
    for (TcpStreams* streams : {&streams_, &guessed_streams_})
        streams->expire(now_ns, [&](const Flow& flow, const StreamMessage& piece) {
            handle_late(flow, piece, streams == &guessed_streams_, out);
        });
    note_stream_losses();
    if (options_.pairing.enabled) expire_queries(now_ns, out);
    note_fill();
}

void Tracker::expire_queries(std::int64_t now_ns, Batch& out) {
    const std::int64_t timeout_ns = std::chrono::nanoseconds(options_.pairing.timeout).count();
    pairing_.expire(now_ns - timeout_ns, [&](const PendingQuery& query) {
        counters_.add(Counter::kTimeouts);
        servers_.timed_out(query.key.flow.destination.address.bytes, now_ns);
        dns::decode(query.wire, message_);
        Event event;
        event.action = Action::kTimeout;
        event.time_ns = query.time_ns + timeout_ns;
        event.message = &message_;
        event.flow = query.key.flow;
        event.direction = query.direction;
        event.netns = query.netns;
        if (query.interface != nullptr) event.interface = *query.interface;
        event.network_bytes = static_cast<std::uint32_t>(query.wire.size());
        event.heuristic = query.heuristic;
        event.duration_ns = timeout_ns;
        event.retransmits = query.retransmits;
        set_processes(event, query.client.get(), query.server.get());
        emit(event, out);
    });
}

void Tracker::finish(Batch& out) {
    for (TcpStreams* streams : {&streams_, &guessed_streams_})
        streams->finish([&](const Flow& flow, const StreamMessage& piece) {
            handle_late(flow, piece, streams == &guessed_streams_, out);
        });
    note_stream_losses();
}

} // namespace dnsmon
