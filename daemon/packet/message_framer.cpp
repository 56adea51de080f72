// SPDX-License-Identifier: Apache-2.0
#include "packet/message_framer.h"

#include "packet/bytes.h"

#include <algorithm>

namespace dnsmon {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kPrefixBytes = 2;
constexpr std::size_t kHeaderBytes = 12; // RFC 1035 4.1.1
constexpr std::size_t kStartBytes = kPrefixBytes + kHeaderBytes;
// In DNS the next message begins within 64 KiB; four times that, for messages that were taken for each other.
constexpr std::uint64_t kSearchLimitBytes = std::uint64_t{4} * 65537;
// A buffer up to this size is kept for the next message; a larger one is given back.
constexpr std::size_t kKeepCapacityBytes = 512;
// Messages of no octets before a connection's first: what keeps a connection alive without RFC 7828.
constexpr unsigned kEmptyMessages = 4;
// Segments of a connection whose beginning was not seen that may each begin with a message.
constexpr unsigned kProofs = 8;

// Nothing but the length and the counts: a question takes five bytes or more, a record eleven. That is enough to tell
// DNS from TLS and from all protocols whose first bytes are text: two letters make a length below 32 640, the counts
// behind it then claim more than 40 000 bytes.
bool counts_fit(Bytes start) {
    const std::size_t length = be16(start, 0);
    const std::size_t questions = be16(start, 6);
    const std::size_t records = std::size_t{be16(start, 8)} + be16(start, 10) + be16(start, 12);
    return length >= kHeaderBytes && 5 * questions + 11 * records <= length - kHeaderBytes;
}

// A header as nearly all messages have it. Asked where any position might be a message's beginning.
bool header_is_usual(Bytes start) {
    const unsigned flags = be16(start, 4);
    const unsigned opcode = flags >> 11 & 0xf;
    const unsigned rcode = flags & 0xf;
    const bool response = (flags & 0x8000) != 0;
    const bool z = (flags & 0x0040) != 0;
    const bool known_opcode = opcode == 0 || opcode == 4 || opcode == 5; // QUERY, NOTIFY, UPDATE
    const unsigned questions = be16(start, 6);
    const unsigned records = be16(start, 8) + be16(start, 10) + be16(start, 12);
    return known_opcode && !z && rcode <= 10 && (response || rcode == 0) && questions <= 1 && questions + records > 0;
}

// Do the lengths lead exactly to the end of the segment? Senders write whole messages.
bool fits_exactly(Bytes data) {
    std::size_t at = 0;
    while (at + kStartBytes <= data.size()) {
        const std::size_t length = be16(data, at);
        if (length < kHeaderBytes) return false;
        at += kPrefixBytes + length;
    }
    return at == data.size() && at != 0;
}

} // namespace

void MessageFramer::restart(bool at_connection_start, std::uint64_t connection) {
    connection_ = connection;
    after_gap_ = confirmed_ = false;
    mode_ = at_connection_start && expectation_ == Expectation::kDns ? Mode::kFresh : lost();
    proofs_left_ = at_connection_start ? 1 : kProofs;
    empty_messages_ = 0;
    skip_ = searched_ = 0;
    release();
}

void MessageFramer::feed(Bytes data, std::int64_t time_ns, const OnMessage& on_message) {
    if (data.empty()) return;
    fed_ns_ = time_ns;
    switch (mode_) {
    case Mode::kFramed: cut(data, on_message); return;
    case Mode::kFresh: judge_start(data, on_message); return;
    case Mode::kSearching: search(data, on_message); return;
    case Mode::kProving: prove(data, on_message); return;
    case Mode::kNotDns: return;
    }
}

// What to do where no one knows whether a message begins.
MessageFramer::Mode MessageFramer::lost() const {
    return expectation_ == Expectation::kDns || confirmed_ ? Mode::kSearching : Mode::kProving;
}

void MessageFramer::prove(Bytes data, const OnMessage& on_message) {
    hold(data, std::max(wanted_, kStartBytes));
    if (held_.size() < wanted_) return;
    const std::size_t message_bytes = kPrefixBytes + be16(held_, 0);
    const bool possible = counts_fit(held_) && header_is_usual(held_);
    if (possible && held_.size() < message_bytes) {
        wanted_ = message_bytes;
        return;
    }
    const std::vector<std::uint8_t> joined = std::move(held_);
    fed_ns_ = std::max(fed_ns_, held_ns_);
    release();
    if (possible && plausible_(Bytes(joined).subspan(kPrefixBytes, message_bytes - kPrefixBytes))) {
        enter_frames(joined, on_message);
    } else if (--proofs_left_ == 0) {
        mode_ = Mode::kNotDns;
    }
}

void MessageFramer::judge_start(Bytes data, const OnMessage& on_message) {
    if (held_.size() + data.size() < kStartBytes) {
        hold(data, kStartBytes);
        return;
    }
    std::vector<std::uint8_t> joined;
    if (!held_.empty()) {
        joined = std::move(held_);
        joined.insert(joined.end(), data.begin(), data.end());
        data = joined;
        fed_ns_ = std::max(fed_ns_, held_ns_);
        release();
    }
    if (be16(data, 0) == 0) { // a message of no octets; many of them are rather something else's zeros
        const Bytes rest = data.subspan(kPrefixBytes);
        if (empty_messages_++ < kEmptyMessages) return judge_start(rest, on_message);
    }
    if (counts_fit(data) || fits_exactly(data)) {
        enter_frames(data, on_message);
    } else {
        mode_ = Mode::kNotDns;
    }
}

MessageFramer::Guess MessageFramer::guess(Bytes data, bool at_segment_start) const {
    if (data.size() < kStartBytes || !counts_fit(data)) return Guess::kNo;
    const std::size_t message_bytes = kPrefixBytes + be16(data, 0);
    if (data.size() < message_bytes) {
        return at_segment_start || header_is_usual(data) ? Guess::kPartial : Guess::kNo;
    }
    const Bytes wire = data.subspan(kPrefixBytes, message_bytes - kPrefixBytes);
    return plausible_(wire) || (at_segment_start && fits_exactly(data)) ? Guess::kWhole : Guess::kNo;
}

void MessageFramer::search(Bytes data, const OnMessage& on_message) {
    const std::size_t segment_start = held_.size();
    const bool enough = segment_start + data.size() >= wanted_;
    if (!enough && guess(data, true) != Guess::kWhole) {
        hold(data, wanted_);
        return;
    }
    std::vector<std::uint8_t> joined;
    if (segment_start != 0) {
        joined = std::move(held_);
        joined.insert(joined.end(), data.begin(), data.end());
        data = joined;
        fed_ns_ = std::max(fed_ns_, held_ns_);
    }
    // What is held may be a length that came alone, or the message that it seemed to begin.
    const bool at_held = segment_start != 0 && guess(data, false) == Guess::kWhole;
    release();
    if (at_held) {
        enter_frames(data, on_message);
        return;
    }
    // A segment's first byte is the likeliest beginning by far; then any byte is as good as another.
    if (try_at(data, segment_start, true, on_message)) return;
    for (std::size_t at = 0; at + kStartBytes <= data.size(); ++at) {
        if (try_at(data, at, false, on_message)) return;
    }
    const std::size_t rest = std::min(data.size(), kStartBytes - 1);
    hold(data.last(rest), kStartBytes);
    searched_ += data.size() - rest;
    if (searched_ > kSearchLimitBytes && !confirmed_) {
        mode_ = Mode::kNotDns;
        release();
    }
}

bool MessageFramer::try_at(Bytes data, std::size_t at, bool at_segment_start, const OnMessage& on_message) {
    data = data.subspan(at);
    switch (guess(data, at_segment_start)) {
    case Guess::kNo: return false;
    case Guess::kWhole: enter_frames(data, on_message); return true;
    case Guess::kPartial:
        hold(data, kPrefixBytes + be16(data, 0));
        candidate_ = true;
        searched_ += at;
        return true;
    }
    return false;
}

void MessageFramer::enter_frames(Bytes data, const OnMessage& on_message) {
    mode_ = Mode::kFramed;
    confirmed_ = true;
    searched_ = 0;
    cut(data, on_message);
}

void MessageFramer::cut(Bytes data, const OnMessage& on_message) {
    const std::size_t skipped = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, data.size()));
    skip_ -= skipped;
    data = data.subspan(skipped);
    while (!data.empty()) {
        if (held_.empty() && data.size() >= kPrefixBytes) {
            const std::size_t message_bytes = kPrefixBytes + be16(data, 0);
            if (data.size() >= message_bytes) { // all of it is in this segment: no copy
                deliver(data.subspan(kPrefixBytes, message_bytes - kPrefixBytes), false, fed_ns_, on_message);
                data = data.subspan(message_bytes);
                continue;
            }
        }
        const std::size_t target = held_.size() < kPrefixBytes ? kPrefixBytes : kPrefixBytes + be16(held_, 0);
        const std::size_t take = std::min(target - held_.size(), data.size());
        held_.insert(held_.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(take));
        held_ns_ = std::max(held_ns_, fed_ns_);
        data = data.subspan(take);
        if (held_.size() >= kPrefixBytes && held_.size() == kPrefixBytes + be16(held_, 0)) {
            deliver(Bytes(held_).subspan(kPrefixBytes), false, held_ns_, on_message);
            release();
        }
    }
}

void MessageFramer::skip(std::uint64_t missing, const OnMessage& on_message) {
    if (missing == 0 || mode_ == Mode::kNotDns) return;
    std::uint64_t rest_of_message = skip_;
    if (message_begun()) rest_of_message = kPrefixBytes + be16(held_, 0) - held_.size();
    finish(on_message);
    after_gap_ = true;
    if (mode_ == Mode::kFramed && missing <= rest_of_message) {
        skip_ = rest_of_message - missing; // where the next message begins is still known
        return;
    }
    mode_ = lost();
    proofs_left_ = kProofs;
    skip_ = searched_ = 0;
}

void MessageFramer::finish(const OnMessage& on_message) {
    const bool begun = message_begun() && held_.size() >= kStartBytes;
    if (begun && mode_ == Mode::kSearching && plausible_(Bytes(held_).subspan(kPrefixBytes))) mode_ = Mode::kFramed;
    if (begun && mode_ == Mode::kFramed) deliver(Bytes(held_).subspan(kPrefixBytes), true, held_ns_, on_message);
    release();
}

// Does held_ begin with a message's length?
bool MessageFramer::message_begun() const {
    return held_.size() >= kPrefixBytes && (mode_ == Mode::kFramed || candidate_);
}

void MessageFramer::hold(Bytes data, std::size_t wanted) {
    held_.insert(held_.end(), data.begin(), data.end());
    held_ns_ = std::max(held_ns_, fed_ns_);
    wanted_ = wanted;
}

void MessageFramer::release() {
    held_.clear();
    held_ns_ = kNever;
    candidate_ = false;
    wanted_ = 0;
    if (held_.capacity() > kKeepCapacityBytes) held_ = {};
}

void MessageFramer::deliver(Bytes wire, bool truncated, std::int64_t time_ns, const OnMessage& on_message) {
    on_message({wire, after_gap_, truncated, time_ns, connection_});
    after_gap_ = false;
}

} // namespace dnsmon
