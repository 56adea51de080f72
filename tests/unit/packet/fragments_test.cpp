// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "packet/fragments.h"
#include "packet_builder.h"

#include <algorithm>

namespace dnsmon {
namespace {

using namespace test;

Bytes pattern(std::size_t bytes) {
    Bytes out(bytes);
    for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    return out;
}

/// Bytes [begin, end) of `whole` as an IP fragment.
struct Piece {
    std::size_t begin, end;
};
Bytes as_v4(const Bytes& whole, const Piece& piece, std::uint16_t id = 1) {
    const Bytes part(whole.begin() + static_cast<std::ptrdiff_t>(piece.begin),
                     whole.begin() + static_cast<std::ptrdiff_t>(piece.end));
    return ipv4("192.0.2.1", "192.0.2.2", 17, part,
                {.identification = id, .fragment_offset = piece.begin, .more_fragments = piece.end < whole.size()});
}
Bytes as_v6(const Bytes& whole, const Piece& piece, std::uint32_t id = 1, std::uint8_t next_header = 17) {
    const Bytes part(whole.begin() + static_cast<std::ptrdiff_t>(piece.begin),
                     whole.begin() + static_cast<std::ptrdiff_t>(piece.end));
    return ipv6("2001:db8::1", "2001:db8::2", 44,
                join(fragment_header(next_header, piece.begin, piece.end < whole.size(), id), part));
}

struct Table {
    FragmentTable fragments;
    std::int64_t now_ns = 0;

    explicit Table(FragmentLimits limits = {}) : fragments(limits) {}

    /// The payload of the datagram that this fragment completed; empty: none.
    Bytes add(const Bytes& bytes, Packet packet = {}) {
        packet.bytes = bytes;
        packet.time_ns = now_ns;
        const auto ip = parse_ip(bytes);
        REQUIRE(ip.outcome == IpOutcome::kFragment);
        last = fragments.add(packet, ip);
        return last ? Bytes(last->ip.payload.begin(), last->ip.payload.end()) : Bytes{};
    }
    std::optional<FragmentTable::Whole> last;
};

TEST_CASE("fragments in any order, in both families") {
    const Bytes whole = pattern(100);
    std::vector<Piece> pieces{{0, 24}, {24, 48}, {48, 80}, {80, 100}};
    const auto less = [](const Piece& a, const Piece& b) { return a.begin < b.begin; };
    do {
        for (const bool v6 : {false, true}) {
            Table table;
            for (std::size_t i = 0; i < pieces.size(); ++i) {
                const Bytes got = table.add(v6 ? as_v6(whole, pieces[i]) : as_v4(whole, pieces[i]));
                CHECK(got == (i + 1 == pieces.size() ? whole : Bytes{}));
            }
            REQUIRE(table.last);
            CHECK(table.last->ip.protocol == 17);
            CHECK(table.last->fragments == 4);
            CHECK(table.fragments.pending_fragments() == 0);
        }
    } while (std::next_permutation(pieces.begin(), pieces.end(), less));
}

TEST_CASE("duplicates change nothing") {
    const Bytes whole = pattern(64);
    for (const bool v6 : {false, true}) {
        Table table;
        const auto make = [&](Piece piece) { return v6 ? as_v6(whole, piece) : as_v4(whole, piece); };
        table.add(make({32, 64}));
        table.add(make({32, 64}));
        CHECK(table.add(make({0, 32})) == whole);
    }
}

TEST_CASE("overlapping IPv4 fragments: what came first stays") {
    const Bytes whole = pattern(64);
    Bytes evil = whole;
    std::fill(evil.begin(), evil.end(), 0xee);
    Table table;
    table.add(as_v4(whole, {0, 24}));
    table.add(as_v4(whole, {40, 64}));
    CHECK(table.add(as_v4(evil, {16, 48})) ==
          join(Bytes(whole.begin(), whole.begin() + 24), Bytes(16, 0xee), Bytes(whole.begin() + 40, whole.end())));
}

TEST_CASE("overlapping IPv6 fragments kill the datagram, what still comes included") { // RFC 5722
    const Bytes whole = pattern(64);
    Bytes evil = whole;
    evil[20] ^= 1;
    const Piece overlaps[] = {{16, 40}, {0, 24}, {8, 16}};
    for (const Piece& overlap : overlaps) {
        Table table;
        table.add(as_v6(whole, {0, 24}));
        table.add(as_v6(evil, overlap));
        CHECK(table.add(as_v6(whole, {24, 64})).empty());
        CHECK(table.add(as_v6(whole, {0, 24})).empty());
        CHECK(table.fragments.lost().refused == 4);
        CHECK(table.fragments.pending_fragments() == 0);
    }
}

TEST_CASE("two ends, and pieces behind the end, kill the datagram") {
    const Bytes whole = pattern(64);
    const Bytes shorter = pattern(40);
    Table table;
    table.add(as_v4(whole, {48, 64}));
    table.add(as_v4(shorter, {24, 40}));
    CHECK(table.fragments.lost().refused == 2);
    CHECK(table.add(as_v4(whole, {0, 48})).empty());
}

TEST_CASE("fragments that hold nothing are refused") {
    Table table;
    CHECK(table.add(ipv6("2001:db8::1", "2001:db8::2", 44, fragment_header(17, 8, false, 1))).empty());
    CHECK(table.add(as_v4(pattern(12), {0, 4})).empty()); // not the last, and less than eight bytes
    CHECK(table.fragments.lost().refused == 2);
    CHECK(table.fragments.pending_fragments() == 0);
}

TEST_CASE("extension headers inside the fragmented part are stepped over") {
    const Bytes whole = join(Bytes{17, 0, 0, 0, 0, 0, 0, 0}, pattern(64));
    Table table;
    table.add(as_v6(whole, {0, 32}, 1, 60));
    CHECK(table.add(as_v6(whole, {32, whole.size()}, 1, 60)) == pattern(64));
    CHECK(table.last->ip.protocol == 17);
}

TEST_CASE("datagrams with other identifications do not meet") {
    const Bytes whole = pattern(64);
    Table table;
    table.add(as_v4(whole, {0, 32}, 1));
    CHECK(table.add(as_v4(whole, {32, 64}, 2)).empty());
    CHECK(table.add(as_v6(whole, {32, 64}, 0x10001)).empty());
    CHECK(table.add(as_v4(whole, {32, 64}, 1)) == whole);
}

TEST_CASE("the first fragment tells time and owner, any fragment the owner if it does not") {
    const Bytes whole = pattern(64);
    Packet with_owner;
    with_owner.interface = 7;
    with_owner.sender.attribution = Attribution::kExact;
    with_owner.sender.pid = 42;
    Packet other;
    other.interface = 7;
    other.sender = with_owner.sender;
    other.sender.pid = 43;

    Table table;
    SECTION("the first fragment comes last and knows") {
        table.add(as_v4(whole, {32, 64}), other);
        table.add(as_v4(whole, {0, 32}), with_owner);
        CHECK(table.last->first.sender.pid == 42);
    }
    SECTION("the first fragment comes first and knows") {
        table.add(as_v4(whole, {0, 32}), with_owner);
        table.add(as_v4(whole, {32, 64}), other);
        CHECK(table.last->first.sender.pid == 42);
    }
    SECTION("only a later one knows") {
        Packet first;
        first.interface = 7;
        table.add(as_v4(whole, {0, 32}), first);
        table.add(as_v4(whole, {32, 64}), other);
        CHECK(table.last->first.sender.pid == 43);
    }
    REQUIRE(table.last);
    CHECK(table.last->first.interface == 7);
    CHECK(table.last->first.bytes.empty());
}

TEST_CASE("a datagram that crosses two interfaces is whole on each") {
    const Bytes whole = pattern(64);
    Packet veth;
    veth.interface = 7;
    Packet bridge;
    bridge.interface = 9;
    Table table;
    CHECK(table.add(as_v4(whole, {0, 32}), veth).empty());
    CHECK(table.add(as_v4(whole, {32, 64}), bridge).empty());
    CHECK(table.add(as_v4(whole, {32, 64}), veth) == whole);
    CHECK(table.add(as_v4(whole, {0, 32}), bridge) == whole);
}

TEST_CASE("what is never completed expires") {
    Table table({.timeout_ns = 1000});
    table.add(as_v4(pattern(64), {0, 32}));
    CHECK(table.fragments.pending_fragments() == 1);
    table.fragments.expire(1000);
    CHECK(table.fragments.pending_fragments() == 1);
    table.fragments.expire(1001);
    CHECK(table.fragments.pending_fragments() == 0);
    CHECK(table.fragments.lost().expired == 1);
}

TEST_CASE("datagrams and bytes are bounded, the oldest goes first") {
    const Bytes whole = pattern(2048);
    SECTION("datagrams") {
        Table table({.datagrams = 10});
        for (std::uint16_t id = 0; id < 100; ++id) table.add(as_v4(whole, {0, 1024}, id));
        CHECK(table.fragments.pending_fragments() == 10);
        CHECK(table.fragments.lost().evicted == 90);
        CHECK(table.add(as_v4(whole, {1024, 2048}, 99)) == whole);
        CHECK(table.add(as_v4(whole, {1024, 2048}, 0)).empty());
    }
    SECTION("bytes") {
        Table table({.bytes = 20'000});
        for (std::uint16_t id = 0; id < 100; ++id) table.add(as_v4(whole, {0, 1024}, id));
        CHECK(table.fragments.pending_fragments() <= 19);
        CHECK(table.fragments.pending_fragments() + table.fragments.lost().evicted == 100);
    }
}

TEST_CASE("the largest datagram in the smallest pieces takes no more than a moment") {
    const Bytes whole = pattern(65480);
    Table table;
    std::vector<Piece> pieces;
    for (std::size_t at = 0; at < whole.size(); at += 8) pieces.push_back({at, std::min(at + 8, whole.size())});
    std::reverse(pieces.begin(), pieces.end());
    Bytes got;
    for (const Piece& piece : pieces) got = table.add(as_v4(whole, piece));
    CHECK(got == whole);
}

} // namespace
} // namespace dnsmon
