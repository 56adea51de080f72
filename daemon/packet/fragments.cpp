// SPDX-License-Identifier: Apache-2.0
#include "packet/fragments.h"

#include <algorithm>
#include <list>
#include <map>
#include <unordered_map>
#include <vector>

namespace dnsmon {
namespace {

using Bytes = std::span<const std::uint8_t>;

// What a piece costs beside its bytes (map node, vector): a datagram of one-byte pieces must not cheat the limit.
constexpr std::size_t kPieceOverheadBytes = 96;

/// RFC 791 3.2: source, destination, protocol, identification. RFC 8200 4.5: without the protocol.
struct DatagramKey {
    Address source, destination;
    std::uint32_t identification = 0;
    std::uint32_t interface = 0; ///< each interface that a fragment crosses has a whole set
    std::uint8_t protocol = 0;   ///< 0 for IPv6
    IpVersion version = IpVersion::kV4;
    bool operator==(const DatagramKey&) const = default;
};

struct DatagramKeyHash {
    std::size_t operator()(const DatagramKey& key) const {
        const Flow as_flow{{key.source, static_cast<std::uint16_t>(key.identification)},
                           {key.destination, static_cast<std::uint16_t>(key.identification >> 16)},
                           Transport::kUdp,
                           key.version};
        return FlowHash{}(as_flow) + key.protocol + key.interface;
    }
};

/// The pieces of one datagram, without overlap.
struct Datagram {
    DatagramKey key;
    std::map<std::uint32_t, std::vector<std::uint8_t>> pieces; ///< by offset
    std::size_t piece_bytes = 0;
    std::uint32_t total_bytes = 0; ///< 0: the last fragment has not come
    std::uint32_t fragments = 0;
    bool refused = false; ///< RFC 5722: what still comes is dropped as well
    std::int64_t first_seen_ns = 0;
    std::uint8_t protocol = 0; ///< of the fragment with offset 0
    Packet first;

    [[nodiscard]] std::size_t cost_bytes() const { return piece_bytes + kPieceOverheadBytes * (pieces.size() + 1); }
    [[nodiscard]] std::size_t end_of_pieces() const {
        return pieces.empty() ? 0 : pieces.rbegin()->first + pieces.rbegin()->second.size();
    }
    [[nodiscard]] bool complete() const { return total_bytes != 0 && piece_bytes == total_bytes && !pieces.empty(); }
};

using DatagramList = std::list<Datagram>;

DatagramKey key_of(const IpPacket& ip, std::uint32_t interface) {
    const std::uint8_t protocol = ip.version == IpVersion::kV4 ? ip.protocol : 0;
    return {ip.source, ip.destination, ip.fragment.identification, interface, protocol, ip.version};
}

// Does [begin, end) share a byte with a piece that is there?
bool overlaps(const Datagram& datagram, std::uint32_t begin, std::size_t end) {
    auto after = datagram.pieces.upper_bound(begin);
    if (after != datagram.pieces.end() && after->first < end) return true;
    if (after == datagram.pieces.begin()) return false;
    const auto& [offset, bytes] = *std::prev(after);
    return offset + bytes.size() > begin;
}

bool is_duplicate(const Datagram& datagram, std::uint32_t offset, Bytes bytes) {
    const auto same = datagram.pieces.find(offset);
    return same != datagram.pieces.end() &&
           std::equal(bytes.begin(), bytes.end(), same->second.begin(), same->second.end());
}

// The bytes that came first stay (RFC 791's example lets the later ones win): what is sent afterwards must not be able
// to rewrite a question that was already there. Linux drops such IPv4 datagrams; a monitor had better show them.
void fill_holes(Datagram& datagram, std::uint32_t offset, Bytes bytes) {
    while (!bytes.empty()) {
        auto after = datagram.pieces.upper_bound(offset);
        if (after != datagram.pieces.begin()) {
            const auto& [begin, piece] = *std::prev(after);
            const std::size_t end = begin + piece.size();
            if (end > offset) {
                const std::size_t covered = std::min(bytes.size(), end - offset);
                bytes = bytes.subspan(covered);
                offset += static_cast<std::uint32_t>(covered);
                continue;
            }
        }
        const std::size_t room = after == datagram.pieces.end() ? bytes.size() : after->first - offset;
        const Bytes part = bytes.first(std::min(bytes.size(), room));
        datagram.pieces.emplace_hint(after, offset, std::vector<std::uint8_t>(part.begin(), part.end()));
        datagram.piece_bytes += part.size();
        bytes = bytes.subspan(part.size());
        offset += static_cast<std::uint32_t>(part.size());
    }
}

// Time, interface and direction are the first fragment's. An owner may be known from any fragment, because later ones
// carry no ports; the first one's counts most.
void remember_source(Datagram& datagram, const Packet& packet, bool is_first) {
    const Owner sender = datagram.first.sender;
    const Owner receiver = datagram.first.receiver;
    if (is_first || datagram.fragments == 0) datagram.first = packet;
    datagram.first.bytes = {};
    const auto prefer = [&](Owner& chosen, const Owner& of_this, const Owner& before) {
        const bool take_this = of_this.known() && (is_first || !before.known());
        chosen = take_this ? of_this : before;
    };
    prefer(datagram.first.sender, packet.sender, sender);
    prefer(datagram.first.receiver, packet.receiver, receiver);
}

} // namespace

struct FragmentTable::State {
    FragmentLimits limits;
    FragmentsLost lost;
    DatagramList datagrams; ///< oldest first
    std::unordered_map<DatagramKey, DatagramList::iterator, DatagramKeyHash> by_key;
    std::size_t bytes = 0;
    std::size_t pending = 0;
    std::vector<std::uint8_t> whole; ///< payload of the last datagram handed out

    DatagramList::iterator find_or_make(const DatagramKey& key, std::int64_t now_ns) {
        if (const auto found = by_key.find(key); found != by_key.end()) return found->second;
        while (!datagrams.empty() && datagrams.size() >= limits.datagrams) evict(datagrams.begin());
        Datagram& fresh = datagrams.emplace_back();
        fresh.key = key;
        fresh.first_seen_ns = now_ns;
        bytes += fresh.cost_bytes();
        return by_key.emplace(key, std::prev(datagrams.end())).first->second;
    }
    void erase(DatagramList::iterator at) {
        bytes -= at->cost_bytes();
        pending -= at->fragments;
        by_key.erase(at->key);
        datagrams.erase(at);
    }
    void evict(DatagramList::iterator at) {
        lost.evicted += at->fragments;
        erase(at);
    }
    // Keeps the key so that the datagram's other fragments do not begin it anew.
    void refuse(Datagram& datagram) {
        lost.refused += datagram.fragments + 1;
        pending -= datagram.fragments;
        bytes -= datagram.cost_bytes();
        datagram.fragments = 0;
        datagram.pieces.clear();
        datagram.piece_bytes = 0;
        datagram.refused = true;
        bytes += datagram.cost_bytes();
    }
    Whole assemble(Datagram& datagram);
};

FragmentTable::Whole FragmentTable::State::assemble(Datagram& datagram) {
    whole.clear();
    whole.reserve(datagram.total_bytes);
    for (const auto& [offset, bytes_here] : datagram.pieces)
        whole.insert(whole.end(), bytes_here.begin(), bytes_here.end());
    Whole out;
    out.ip.outcome = IpOutcome::kDatagram;
    out.ip.version = datagram.key.version;
    out.ip.source = datagram.key.source;
    out.ip.destination = datagram.key.destination;
    out.ip.protocol = datagram.protocol;
    out.ip.payload = whole;
    out.first = datagram.first;
    out.fragments = datagram.fragments;
    // RFC 8200 4.5: headers that only the receiver reads are part of what was cut to pieces.
    skip_extension_headers(out.ip);
    return out;
}

FragmentTable::FragmentTable(FragmentLimits limits) : state_(std::make_unique<State>()) {
    state_->limits = limits;
}
FragmentTable::~FragmentTable() = default;
FragmentTable::FragmentTable(FragmentTable&&) noexcept = default;
FragmentTable& FragmentTable::operator=(FragmentTable&&) noexcept = default;

std::optional<FragmentTable::Whole> FragmentTable::add(const Packet& packet, const IpPacket& ip) {
    State& state = *state_;
    expire(packet.time_ns);
    const std::uint32_t offset = ip.fragment.offset_bytes;
    Bytes bytes = ip.payload;
    // RFC 791 3.2: all but the last are multiples of eight; Linux cuts the rest off.
    if (ip.fragment.more) bytes = bytes.first(bytes.size() & ~std::size_t{7});
    if (ip.truncated || bytes.empty()) { // RFC 8200 allows an empty last fragment, but there is nothing it could mean
        ++state.lost.refused;
        return std::nullopt;
    }
    const auto at = state.find_or_make(key_of(ip, packet.interface), packet.time_ns);
    Datagram& datagram = *at;
    const std::size_t end = offset + bytes.size();
    const bool duplicate = is_duplicate(datagram, offset, bytes);
    const bool behind_end = datagram.total_bytes != 0 && end > datagram.total_bytes;
    const bool short_end = !ip.fragment.more && datagram.end_of_pieces() > end;
    const bool forbidden = datagram.key.version == IpVersion::kV6 && !duplicate && overlaps(datagram, offset, end);
    if (datagram.refused || behind_end || short_end || forbidden) {
        state.refuse(datagram);
        return std::nullopt;
    }
    remember_source(datagram, packet, offset == 0);
    if (offset == 0) datagram.protocol = ip.protocol;
    if (!ip.fragment.more) datagram.total_bytes = static_cast<std::uint32_t>(end);
    state.bytes -= datagram.cost_bytes();
    fill_holes(datagram, offset, bytes);
    state.bytes += datagram.cost_bytes();
    ++datagram.fragments;
    ++state.pending;
    if (!datagram.complete()) {
        while (state.bytes > state.limits.bytes && !state.datagrams.empty()) state.evict(state.datagrams.begin());
        return std::nullopt;
    }
    Whole out = state.assemble(datagram);
    state.erase(at);
    return out;
}

void FragmentTable::expire(std::int64_t now_ns) {
    State& state = *state_;
    while (!state.datagrams.empty() && now_ns - state.datagrams.front().first_seen_ns > state.limits.timeout_ns) {
        state.lost.expired += state.datagrams.front().fragments;
        state.erase(state.datagrams.begin());
    }
}

const FragmentsLost& FragmentTable::lost() const {
    return state_->lost;
}
std::size_t FragmentTable::pending_fragments() const {
    return state_->pending;
}

} // namespace dnsmon
