// SPDX-License-Identifier: Apache-2.0
#include "pipeline/crossings.h"

#include "util/byte_hash.h"

#include <algorithm>
#include <utility>

namespace dnsmon {
namespace {

constexpr int kMaxCandidates = 16; // a flood of equal packets must not cost the square of its length
constexpr std::size_t kSpare = 64;
constexpr std::size_t kMaxSent = 1024;
constexpr std::size_t kMaxSentBytes = 1500; // longer messages are not remembered
constexpr std::int64_t kNeighbourNs = 4'000'000'000; // a neighbour is asked for three times, a second apart

std::uint64_t fingerprint_of(const PacketItem& item, std::span<const std::uint8_t> payload, std::uint16_t ip_id) {
    std::uint64_t hash = hash_bytes(payload);
    const TcpSegment& tcp = item.segment;
    const auto flags = static_cast<std::uint64_t>(tcp.syn | tcp.ack << 1 | tcp.fin << 2 | tcp.rst << 3);
    for (const std::uint64_t value : {std::uint64_t{ip_id}, std::uint64_t{tcp.sequence}, flags,
                                      static_cast<std::uint64_t>(item.flow.transport)})
        hash = mix_word(hash, value);
    return hash;
}

Attribution attribution_of(const End* end) { return end == nullptr ? Attribution::kNone : end->owner.attribution; }

bool exact(const End* end) { return attribution_of(end) == Attribution::kExact; }

int sureness(const End* end) {
    switch (attribution_of(end)) {
    case Attribution::kExact: return 4;
    case Attribution::kWildcard: return 3;
    case Attribution::kProcfs: return 2;
    case Attribution::kListener: return 1;
    case Attribution::kNone: break;
    }
    return 0;
}

/// Address translation changes one end and leaves the other. Two exact owners at the end that changed are two sends, and so
/// is what a process of this host was seen sending to two places: its own packets' destinations change before any device.
bool may_be_copy(const Flow& first, bool sender_exact, bool receiver_exact, const PacketItem& later) {
    if (first == later.flow) return true;
    if (first.transport != later.flow.transport || first.ip_version != later.flow.ip_version) return false;
    if (later.flow.destination.address.is_multicast()) return false; // sent on each interface on purpose
    if (first.destination == later.flow.destination) return !sender_exact || !exact(later.sender);
    if (first.source == later.flow.source)
        return (!receiver_exact || !exact(later.receiver)) && (!sender_exact || !exact(later.sender));
    return false;
}

bool may_be_copy(const PacketItem& first, const PacketItem& later) {
    return may_be_copy(first.flow, exact(first.sender), exact(first.receiver), later);
}

/// The sender is whoever was first at the source, the receiver whoever was last at the destination. At an address that
/// is only a translation nobody but an exact owner is believed.
void join(PacketItem& first, PacketItem& later, bool answer) {
    const bool same_source = first.flow.source == later.flow.source;
    const bool same_destination = first.flow.destination == later.flow.destination;
    if (same_source ? sureness(later.sender) > sureness(first.sender) : !exact(first.sender) && exact(later.sender))
        first.sender = later.sender;
    if (same_destination ? sureness(later.receiver) > sureness(first.receiver)
                         : !exact(first.receiver) || exact(later.receiver))
        first.receiver = later.receiver;
    if (later.interface != nullptr && first.crossed_count < first.crossed.size())
        first.crossed[first.crossed_count++] = later.interface;
    if (later.netns != 0 && (answer || first.netns == 0)) first.netns = later.netns; // the client's, of several
    if (!answer || first.flow == later.flow) return;
    first.flow = later.flow; // the client's own view is the last one of an answer
    first.interface = later.interface;
    first.direction = later.direction;
}

} // namespace

Crossings::Held* Crossings::find_original(const PacketItem& item, std::span<const std::uint8_t> payload,
                                          std::uint64_t fingerprint, const Way& way) {
    Held* best = nullptr;
    std::uint64_t best_number = 0;
    int candidates = 0;
    const auto [begin, end] = by_fingerprint_.equal_range(fingerprint);
    for (auto at = begin; at != end && candidates < kMaxCandidates; ++at, ++candidates) {
        Held& held = held_[at->second - released_];
        const bool crossed = std::find(held.ways.begin(), held.ways.end(), way) != held.ways.end();
        if (crossed || !may_be_copy(held.item, item) || !std::ranges::equal(held.payload, payload)) continue;
        const bool same_flow = held.item.flow == item.flow;
        const bool best_same_flow = best != nullptr && best->item.flow == item.flow;
        if (best == nullptr || same_flow > best_same_flow || (same_flow == best_same_flow && at->second < best_number)) {
            best = &held;
            best_number = at->second;
        }
    }
    return best;
}

void Crossings::remember_sent(const Held& held) {
    const PacketItem& item = held.item;
    const bool waits = item.netns != 0 && item.direction == Direction::kEgress && held.ways.size() == 1;
    if (!waits || held.payload.size() > kMaxSentBytes) return;
    if (sent_.size() >= kMaxSent) sent_.remove(*sent_.oldest());
    Sent& sent = sent_.add(held.fingerprint);
    sent.time_ns = item.time_ns;
    sent.flow = item.flow;
    sent.sender_exact = exact(item.sender);
    sent.receiver_exact = exact(item.receiver);
    sent.way = held.ways.front();
    sent.payload.assign(held.payload.begin(), held.payload.end());
}

bool Crossings::is_late_copy(const PacketItem& item, std::span<const std::uint8_t> payload, std::uint64_t fingerprint,
                             const Way& way) {
    for (auto* oldest = sent_.oldest(); oldest != nullptr && oldest->time_ns + kNeighbourNs < item.time_ns;
         oldest = sent_.oldest())
        sent_.remove(*oldest);
    return sent_.size() != 0 && sent_.find(fingerprint, [&](const Sent& sent) {
        return sent.way != way && may_be_copy(sent.flow, sent.sender_exact, sent.receiver_exact, item) &&
               std::ranges::equal(sent.payload, payload);
    }) != nullptr;
}

bool Crossings::add(PacketItem& item, std::span<const std::uint8_t> payload, const Sighting& sighting,
                    const Release& release) {
    const std::uint64_t fingerprint = fingerprint_of(item, payload, sighting.ip_id);
    const Way way{sighting.interface, item.direction};
    if (Held* original = find_original(item, payload, fingerprint, way)) {
        original->ways.push_back(way);
        join(original->item, item, sighting.answer);
        original->keep_ends();
        return true;
    }
    if (is_late_copy(item, payload, fingerprint, way)) return true;
    if (held_.size() >= capacity_) release_front(release);
    Held held;
    if (!spare_.empty()) {
        held = std::move(spare_.back());
        spare_.pop_back();
    }
    held.item = std::move(item);
    held.keep_ends();
    held.item.crossed[0] = held.item.interface;
    held.item.crossed_count = held.item.interface != nullptr ? 1 : 0;
    held.payload.assign(payload.begin(), payload.end());
    held.fingerprint = fingerprint;
    held.ways.assign(1, way);
    by_fingerprint_.emplace(fingerprint, released_ + held_.size());
    held_.push_back(std::move(held));
    return false;
}

void Crossings::release_front(const Release& release) {
    Held& held = held_.front();
    const auto [begin, end] = by_fingerprint_.equal_range(held.fingerprint);
    const auto entry = std::find_if(begin, end, [&](const auto& pair) { return pair.second == released_; });
    if (entry != end) by_fingerprint_.erase(entry);
    remember_sent(held);
    release(held.item, held.payload);
    held.sender.reset();
    held.receiver.reset();
    if (spare_.size() < kSpare) spare_.push_back(std::move(held));
    held_.pop_front();
    ++released_;
}

void Crossings::release_until(std::int64_t until_ns, std::int64_t now_ns, const Release& release) {
    while (!held_.empty() && (held_.front().item.time_ns <= until_ns || held_.front().item.time_ns > now_ns))
        release_front(release);
}

void Crossings::release_all(const Release& release) {
    while (!held_.empty()) release_front(release);
}

} // namespace dnsmon
