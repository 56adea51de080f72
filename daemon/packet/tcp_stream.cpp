// SPDX-License-Identifier: Apache-2.0
#include "packet/tcp_stream.h"

#include "packet/segment_queue.h"

#include <algorithm>
#include <list>
#include <optional>
#include <unordered_map>

namespace dnsmon {
namespace {

// No DNS sender has a window like this: a sequence number farther away belongs to another connection.
constexpr std::int64_t kWildJumpBytes = 16 << 20;

/// One direction of one connection. Positions are sequence numbers without the wrap-around.
struct Stream {
    Stream(const Flow& whose, const MessageFramer& unused) : flow(whose), framer(unused) {}

    Flow flow;
    std::uint64_t next = 0;                    ///< position of the first byte not yet seen in order
    std::optional<std::uint32_t> syn_sequence; ///< of the first byte behind the SYN, when that was seen
    std::optional<std::uint64_t> fin_at;
    std::int64_t last_ns = 0;
    std::int64_t gap_since_ns = 0; ///< meaningful while the queue holds something
    bool carried_data = false;
    bool closed = false; ///< kept to recognise what is sent again
    MessageFramer framer;
    SegmentQueue queue;
    bool in_holding = false;       ///< which of the two lists
    std::size_t counted_bytes = 0; ///< its share of State::bytes

    [[nodiscard]] std::size_t bytes_held() const { return queue.bytes() + framer.bytes_held(); }

    void restart(std::uint32_t sequence, bool at_connection_start, std::uint64_t connection) {
        next = (std::uint64_t{1} << 32) + sequence; // room for positions before the first one
        fin_at.reset();
        if (at_connection_start) {
            syn_sequence = sequence;
        } else {
            syn_sequence.reset();
        }
        carried_data = closed = false;
        framer.restart(at_connection_start, connection);
        queue.clear();
    }
    [[nodiscard]] std::int64_t distance(std::uint32_t sequence) const {
        return static_cast<std::int32_t>(sequence - static_cast<std::uint32_t>(next));
    }
};

using StreamList = std::list<Stream>;

} // namespace

struct TcpStreams::State {
    explicit State(const MessageFramer& framer, const StreamLimits& bounds) : unused(framer), limits(bounds) {}

    const MessageFramer unused; ///< what every stream begins with
    StreamLimits limits;
    StreamLosses losses;
    StreamList holding; ///< with bytes held, least recently used first
    StreamList spare;   ///< the others: what is lost with them is at most the place where the next message begins
    std::unordered_map<Flow, StreamList::iterator, FlowHash> by_flow;
    std::size_t bytes = 0;
    std::uint64_t connections = 0; ///< begun so far, each with its number

    Stream& find_or_make(const Flow& flow);
    SegmentFate take(Stream& stream, const TcpSegment& segment, std::int64_t time_ns, const OnMessage& on_message);
    void place(Stream& stream, const TcpSegment& segment, std::int64_t time_ns, const OnMessage& on_message);
    void advance(Stream& stream, std::span<const std::uint8_t> payload, std::int64_t time_ns, const OnMessage& on);
    void skip(Stream& stream, std::uint64_t missing, const OnMessage& on_message);
    void drain(Stream& stream, const OnMessage& on_message);
    void give_up_gap(Stream& stream, const OnMessage& on_message);
    void end(Stream& stream, const OnMessage& on_message);
    [[nodiscard]] bool resets(const Stream& stream, const TcpSegment& segment) const;
    [[nodiscard]] bool gap_is_hopeless(const Stream& stream, std::int64_t now_ns) const;
    void touch(Stream& stream);
    void evict_oldest(StreamList& list);
    void erase(StreamList& list, StreamList::iterator at);
};

Stream& TcpStreams::State::find_or_make(const Flow& flow) {
    if (const auto found = by_flow.find(flow); found != by_flow.end()) return *found->second;
    while (by_flow.size() >= std::max<std::size_t>(limits.flows, 1)) evict_oldest(spare.empty() ? holding : spare);
    spare.emplace_back(flow, unused);
    by_flow.emplace(flow, std::prev(spare.end()));
    return spare.back();
}

SegmentFate TcpStreams::State::take(Stream& stream, const TcpSegment& segment, std::int64_t time_ns,
                                    const OnMessage& on_message) {
    const std::size_t length = segment.payload.size() + segment.missing_bytes;
    if (segment.rst && !stream.closed) {
        if (!resets(stream, segment)) return SegmentFate::kControl;
        end(stream, on_message);
    }
    if (stream.framer.not_dns()) return length == 0 ? SegmentFate::kControl : SegmentFate::kNotDns;
    const std::int64_t distance = stream.distance(segment.sequence);
    if (length != 0) {
        const bool behind_end = stream.closed && distance + static_cast<std::int64_t>(length) > 0;
        if (behind_end || distance > kWildJumpBytes || distance < -kWildJumpBytes) {
            end(stream, on_message);
            stream.restart(segment.sequence, false, ++connections); // a connection whose SYN was not seen
        } else if (distance + static_cast<std::int64_t>(length) <= 0) {
            return SegmentFate::kDuplicate; // sent again, or a keep-alive probe
        }
    }
    if (stream.closed) return SegmentFate::kControl;
    place(stream, segment, time_ns, on_message);
    if (stream.fin_at && stream.next >= *stream.fin_at) end(stream, on_message);
    if (stream.framer.not_dns()) {
        ++losses.not_dns_flows;
        stream.queue.clear();
        return SegmentFate::kNotDns;
    }
    return length == 0 ? SegmentFate::kControl : SegmentFate::kStream;
}

// Puts a segment with at least one new byte, or a FIN, where it belongs.
void TcpStreams::State::place(Stream& stream, const TcpSegment& segment, std::int64_t time_ns,
                              const OnMessage& on_message) {
    const std::uint64_t position = stream.next + static_cast<std::uint64_t>(stream.distance(segment.sequence));
    if (segment.fin) stream.fin_at = position + segment.payload.size() + segment.missing_bytes;
    if (segment.payload.empty() && segment.missing_bytes == 0) return;
    stream.carried_data = true;
    if (position > stream.next) {
        if (stream.queue.empty()) stream.gap_since_ns = time_ns;
        stream.queue.insert(position, segment.payload, segment.missing_bytes, time_ns);
    } else {
        const std::uint64_t old = stream.next - position;
        const auto old_captured = static_cast<std::size_t>(std::min<std::uint64_t>(old, segment.payload.size()));
        const auto old_missing = static_cast<std::uint32_t>(old - old_captured);
        advance(stream, segment.payload.subspan(old_captured), time_ns, on_message);
        skip(stream, segment.missing_bytes - old_missing, on_message);
        drain(stream, on_message);
    }
    while (gap_is_hopeless(stream, time_ns)) {
        give_up_gap(stream, on_message);
        stream.gap_since_ns = time_ns;
    }
}

void TcpStreams::State::advance(Stream& stream, std::span<const std::uint8_t> payload, std::int64_t time_ns,
                                const OnMessage& on) {
    stream.framer.feed(payload, time_ns, on);
    stream.next += payload.size();
}

void TcpStreams::State::skip(Stream& stream, std::uint64_t missing, const OnMessage& on_message) {
    if (missing == 0) return;
    ++losses.gaps;
    losses.bytes_lost += missing;
    stream.framer.skip(missing, on_message);
    stream.next += missing;
}

// Feeds what was waiting for the bytes that have just come.
void TcpStreams::State::drain(Stream& stream, const OnMessage& on_message) {
    while (!stream.queue.empty() && stream.queue.front_position() <= stream.next) {
        const SegmentQueue::Piece piece = stream.queue.pop_front();
        const std::uint64_t end = piece.end() + piece.missing_bytes;
        if (end <= stream.next) continue;
        auto at = static_cast<std::size_t>(std::min<std::uint64_t>(stream.next - piece.position, piece.bytes.size()));
        for (const auto& arrival : piece.arrivals) { // each with its own time
            if (arrival.end <= at) continue;
            const auto fresh = std::span<const std::uint8_t>(piece.bytes).subspan(at, arrival.end - at);
            advance(stream, fresh, arrival.time_ns, on_message);
            at = arrival.end;
        }
        skip(stream, end - stream.next, on_message);
    }
}

void TcpStreams::State::give_up_gap(Stream& stream, const OnMessage& on_message) {
    skip(stream, stream.queue.front_position() - stream.next, on_message);
    drain(stream, on_message);
}

// RFC 5961 3.2: a RST from outside the window is not the sender's. What the window is here: bytes that would be waited for.
bool TcpStreams::State::resets(const Stream& stream, const TcpSegment& segment) const {
    const std::int64_t distance = stream.distance(segment.sequence);
    return distance >= 0 && distance <= static_cast<std::int64_t>(limits.bytes_per_flow);
}

bool TcpStreams::State::gap_is_hopeless(const Stream& stream, std::int64_t now_ns) const {
    if (stream.queue.empty()) return false;
    return stream.bytes_held() > limits.bytes_per_flow || stream.queue.pieces() > limits.pieces_per_flow ||
           now_ns - stream.gap_since_ns > limits.gap_ns;
}

// FIN, RST, another connection on the same ports, idle: gives what is still held.
void TcpStreams::State::end(Stream& stream, const OnMessage& on_message) {
    while (!stream.queue.empty()) give_up_gap(stream, on_message);
    stream.framer.finish(on_message);
    stream.closed = true;
}

// Moves the stream to the young end of the list it belongs to, and brings the count of bytes up to date.
void TcpStreams::State::touch(Stream& stream) {
    const std::size_t held = stream.bytes_held();
    bytes += held - stream.counted_bytes;
    stream.counted_bytes = held;
    StreamList& from = stream.in_holding ? holding : spare;
    StreamList& to = held != 0 ? holding : spare;
    to.splice(to.end(), from, by_flow.find(stream.flow)->second);
    stream.in_holding = held != 0;
}

void TcpStreams::State::evict_oldest(StreamList& list) {
    const Stream& stream = list.front();
    if (stream.carried_data && !stream.closed && !stream.framer.not_dns()) ++losses.evicted_flows;
    losses.bytes_lost += stream.bytes_held();
    erase(list, list.begin());
}

void TcpStreams::State::erase(StreamList& list, StreamList::iterator at) {
    bytes -= at->counted_bytes;
    by_flow.erase(at->flow);
    list.erase(at);
}

TcpStreams::TcpStreams(PlausibleMessage plausible, StreamLimits limits, Expectation expectation)
    : state_(std::make_unique<State>(MessageFramer(plausible, expectation), limits)) {}
TcpStreams::~TcpStreams() = default;
TcpStreams::TcpStreams(TcpStreams&&) noexcept = default;
TcpStreams& TcpStreams::operator=(TcpStreams&&) noexcept = default;

SegmentFate TcpStreams::add(const Flow& flow, const TcpSegment& segment, std::int64_t time_ns,
                            const OnMessage& on_message) {
    State& state = *state_;
    const bool carries = !segment.payload.empty() || segment.missing_bytes != 0;
    const bool known = state.by_flow.contains(flow);
    if (!known && !carries && !segment.syn) return SegmentFate::kControl;

    Stream& stream = state.find_or_make(flow);
    TcpSegment data = segment;
    if (segment.syn) {
        data.sequence = segment.sequence + 1; // the SYN itself takes one number (RFC 9293 3.4); data may follow it
        const bool again = known && !stream.closed && stream.syn_sequence == data.sequence;
        if (known && !again) state.end(stream, on_message);
        if (!again) stream.restart(data.sequence, true, ++state.connections);
    } else if (!known) {
        stream.restart(data.sequence, false, ++state.connections);
    }
    const SegmentFate fate = state.take(stream, data, time_ns, on_message);
    stream.last_ns = time_ns;
    state.touch(stream);
    while (state.bytes > state.limits.bytes && !state.holding.empty()) state.evict_oldest(state.holding);
    return fate;
}

void TcpStreams::expire(std::int64_t now_ns, const OnLateMessage& on_message) {
    State& state = *state_;
    for (StreamList* list : {&state.holding, &state.spare}) {
        for (auto at = list->begin(); at != list->end();) {
            Stream& stream = *at++;
            const bool idle = now_ns - stream.last_ns > state.limits.idle_ns;
            // The least recently used come first: in the list where no gap can wait, the rest is younger.
            if (!idle && list == &state.spare) break;
            if (!idle && !state.gap_is_hopeless(stream, now_ns)) continue;
            const OnMessage late = [&](const StreamMessage& message) { on_message(stream.flow, message); };
            if (idle) {
                state.end(stream, late);
                state.erase(*list, state.by_flow.find(stream.flow)->second);
            } else {
                state.give_up_gap(stream, late);
                stream.gap_since_ns = now_ns;
                state.touch(stream);
            }
        }
    }
}

void TcpStreams::finish(const OnLateMessage& on_message) {
    State& state = *state_;
    for (StreamList* list : {&state.holding, &state.spare}) {
        for (Stream& stream : *list) {
            state.end(stream, [&](const StreamMessage& message) { on_message(stream.flow, message); });
        }
        list->clear();
    }
    state.by_flow.clear();
    state.bytes = 0;
}

const StreamLosses& TcpStreams::losses() const {
    return state_->losses;
}
std::size_t TcpStreams::flows() const {
    return state_->by_flow.size();
}
std::size_t TcpStreams::bytes_held() const {
    return state_->bytes;
}

} // namespace dnsmon
