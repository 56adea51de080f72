// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "packet/ip.h"
#include "packet_builder.h"

namespace dnsmon {
namespace {

using namespace test;

const Bytes kBody = text("the payload");

Bytes body_of(const IpPacket& packet) {
    return {packet.payload.begin(), packet.payload.end()};
}
Bytes v4(const Ipv4Fields& fields = {}, const Bytes& payload = kBody) {
    return ipv4("192.0.2.1", "192.0.2.2", 17, payload, fields);
}
Bytes v6(std::uint8_t next_header, const Bytes& payload, std::optional<std::uint16_t> length = {}) {
    return ipv6("2001:db8::1", "2001:db8::2", next_header, payload, length);
}
/// An extension header of 8 + 8 * extra bytes, filled with Pad1.
Bytes extension(std::uint8_t next_header, std::uint8_t extra = 0) {
    Bytes out{next_header, extra};
    out.resize(8 + std::size_t{8} * extra);
    return out;
}

TEST_CASE("an IPv4 datagram gives its addresses, protocol and payload") {
    const Bytes bytes = v4();
    const IpPacket packet = parse_ip(bytes);
    REQUIRE(packet.outcome == IpOutcome::kDatagram);
    CHECK(packet.version == IpVersion::kV4);
    CHECK(packet.source == Address::v4(address("192.0.2.1").data()));
    CHECK(packet.destination == Address::v4(address("192.0.2.2").data()));
    CHECK(packet.protocol == 17);
    CHECK(body_of(packet) == kBody);
    CHECK_FALSE(packet.truncated);
}

TEST_CASE("IPv4 options are stepped over") {
    const Bytes bytes = v4({.options = Bytes(40, 1)});
    const IpPacket packet = parse_ip(bytes);
    REQUIRE(packet.outcome == IpOutcome::kDatagram);
    CHECK(body_of(packet) == kBody);
}

TEST_CASE("IPv4's authentication header is stepped over, also behind fragments") { // RFC 4302
    const Bytes header{17, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const auto carried = [&](const Bytes& payload) { return ipv4("192.0.2.1", "192.0.2.2", 51, payload); };
    const Bytes whole = carried(join(header, kBody));
    IpPacket packet = parse_ip(whole);
    REQUIRE(packet.outcome == IpOutcome::kDatagram);
    CHECK(packet.protocol == 17);
    CHECK(body_of(packet) == kBody);
    packet = parse_ip(carried(Bytes(header.begin(), header.begin() + 8))); // says that it is longer
    CHECK(packet.protocol == 51);

    packet.protocol = 51;
    packet.payload = std::span(whole).subspan(20);
    skip_extension_headers(packet);
    CHECK(packet.protocol == 17);
    CHECK(body_of(packet) == kBody);
}

TEST_CASE("Ethernet padding behind the packet is no payload") {
    const Bytes four = join(v4(), Bytes(18, 0xee));
    CHECK(body_of(parse_ip(four)) == kBody);
    const Bytes six = join(v6(17, kBody), Bytes(18, 0xee));
    CHECK(body_of(parse_ip(six)) == kBody);
}

TEST_CASE("a total length of zero means all that was on the wire") {
    const Bytes bytes = v4({.total_length = 0});
    CHECK(body_of(parse_ip(bytes)) == kBody);
    const IpPacket cut = parse_ip(bytes, 90000);
    CHECK(cut.truncated);
    CHECK(cut.missing_bytes == 90000 - bytes.size());
}

TEST_CASE("a length beyond the captured bytes is truncation, and says how much") {
    const Bytes four = v4({.total_length = 1500});
    const IpPacket packet = parse_ip(four);
    REQUIRE(packet.outcome == IpOutcome::kDatagram);
    CHECK(packet.truncated);
    CHECK(packet.missing_bytes == 1500 - 20 - kBody.size());
    const Bytes six = v6(17, kBody, 1000);
    CHECK(parse_ip(six).missing_bytes == 1000 - kBody.size());
}

TEST_CASE("what a length claims beyond the wire is not missing") {
    Ipv4Fields fields;
    fields.total_length = static_cast<std::uint16_t>(20 + kBody.size() + 100);
    const Bytes bytes = v4(fields);
    const auto size = static_cast<std::uint32_t>(bytes.size());
    CHECK(parse_ip(bytes, size).missing_bytes == 0);
    CHECK(parse_ip(bytes, size).truncated);
    CHECK(parse_ip(bytes, size + 60).missing_bytes == 60);
    CHECK(parse_ip(bytes, size + 200).missing_bytes == 100);
    const Bytes six = v6(17, kBody, static_cast<std::uint16_t>(kBody.size() + 7));
    CHECK(parse_ip(six, static_cast<std::uint32_t>(six.size())).missing_bytes == 0);
    CHECK(parse_ip(six, static_cast<std::uint32_t>(six.size())).truncated);
}

TEST_CASE("headers that contradict themselves are malformed") {
    const auto malformed = [](const Bytes& bytes) { return parse_ip(bytes).outcome == IpOutcome::kMalformed; };
    CHECK(malformed({}));
    CHECK(malformed({0x45}));
    CHECK(malformed(Bytes(60, 0x55)));
    CHECK(malformed(v4({.total_length = 19})));
    Bytes short_header = v4();
    short_header[0] = 0x44;
    CHECK(malformed(short_header));
    Bytes header_beyond_end = v4({}, {});
    header_beyond_end[0] = 0x4f;
    CHECK(malformed(header_beyond_end));
    CHECK(malformed(Bytes(39, 0x60)));
    CHECK(malformed(v6(0, {17, 0, 0, 0})));               // extension header cut off
    CHECK(malformed(v6(0, {17, 200, 0, 0, 0, 0, 0, 0}))); // and one that is longer than the packet
}

TEST_CASE("every prefix of a packet is survived") {
    const Bytes six = v6(0, join(extension(60), extension(44, 2), fragment_header(17, 0, false, 7), kBody));
    for (const Bytes& whole : {v4({.options = Bytes(8, 1)}), six}) {
        for (std::size_t n = 0; n <= whole.size(); ++n) {
            const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n));
            const IpPacket packet = parse_ip(part);
            CHECK((packet.outcome == IpOutcome::kMalformed || packet.truncated == (n < whole.size())));
        }
    }
}

TEST_CASE("IPv4 fragments say which piece they are") {
    const Bytes first = v4({.identification = 0xbeef, .more_fragments = true});
    const Bytes last = v4({.identification = 0xbeef, .fragment_offset = 1480});
    REQUIRE(parse_ip(first).outcome == IpOutcome::kFragment);
    CHECK(parse_ip(first).fragment.identification == 0xbeef);
    CHECK(parse_ip(first).fragment.more);
    REQUIRE(parse_ip(last).outcome == IpOutcome::kFragment);
    CHECK(parse_ip(last).fragment.offset_bytes == 1480);
    CHECK_FALSE(parse_ip(last).fragment.more);
}

TEST_CASE("a fragment behind the end of the largest datagram is malformed") {
    const Bytes death = v4({.fragment_offset = 65528});
    CHECK(parse_ip(death).outcome == IpOutcome::kMalformed);
}

TEST_CASE("a first fragment that was cut short is a truncated datagram") {
    const Bytes bytes = v4({.more_fragments = true, .total_length = 1500});
    const IpPacket packet = parse_ip(bytes);
    CHECK(packet.outcome == IpOutcome::kDatagram);
    CHECK(packet.truncated);
    const Bytes six = v6(44, join(fragment_header(60, 0, true, 1), extension(17), kBody), 1400);
    CHECK(parse_ip(six).outcome == IpOutcome::kDatagram);
    CHECK(parse_ip(six).protocol == 17);
}

TEST_CASE("IPv6 extension headers are stepped over in any order") {
    const Bytes authentication = join(Bytes{17, 4, 0, 0}, Bytes(20, 0)); // RFC 4302: (4 + 2) words
    const struct {
        std::uint8_t first;
        Bytes headers;
    } cases[] = {
        {17, {}},
        {0, extension(17)},
        {0, join(extension(43, 1), extension(60, 3), extension(17))},
        {60, join(extension(135), extension(17, 31))},
        {51, authentication},
        {0, join(extension(51), authentication)},
    };
    for (const auto& c : cases) {
        const Bytes bytes = v6(c.first, join(c.headers, kBody));
        const IpPacket packet = parse_ip(bytes);
        CHECK(packet.outcome == IpOutcome::kDatagram);
        CHECK(packet.protocol == 17);
        CHECK(body_of(packet) == kBody);
    }
}

TEST_CASE("ESP and no-next-header end the chain") {
    CHECK(parse_ip(v6(50, kBody)).protocol == 50);
    CHECK(parse_ip(v6(59, {})).protocol == 59);
}

TEST_CASE("an endless chain of extension headers is given up") {
    Bytes chain;
    for (int i = 0; i < 1000; ++i) append(chain, extension(60));
    CHECK(parse_ip(v6(60, chain)).outcome == IpOutcome::kMalformed);
}

TEST_CASE("IPv6 fragments, also behind other extension headers") {
    const Bytes bytes = v6(0, join(extension(44), fragment_header(17, 1448, true, 0xdeadbeef), kBody));
    const IpPacket packet = parse_ip(bytes);
    REQUIRE(packet.outcome == IpOutcome::kFragment);
    CHECK(packet.protocol == 17);
    CHECK(packet.fragment.identification == 0xdeadbeef);
    CHECK(packet.fragment.offset_bytes == 1448);
    CHECK(packet.fragment.more);
    CHECK(body_of(packet) == kBody);
}

TEST_CASE("an atomic fragment is a whole datagram") { // RFC 6946
    const Bytes bytes = v6(44, join(fragment_header(17, 0, false, 1), kBody));
    const IpPacket packet = parse_ip(bytes);
    CHECK(packet.outcome == IpOutcome::kDatagram);
    CHECK(body_of(packet) == kBody);
}

TEST_CASE("an empty IPv6 fragment is a fragment without bytes") {
    const Bytes bytes = v6(44, fragment_header(17, 8, false, 1));
    const IpPacket packet = parse_ip(bytes);
    CHECK(packet.outcome == IpOutcome::kFragment);
    CHECK(packet.payload.empty());
}

TEST_CASE("a jumbogram has its length in the hop-by-hop header") { // RFC 2675
    Bytes option{17, 0, 0xc2, 4};
    put32(option, 8 + 70000);
    const Bytes bytes = join(v6(0, join(option, Bytes(70000, 'x')), 0), text("padding"));
    const IpPacket packet = parse_ip(bytes);
    REQUIRE(packet.outcome == IpOutcome::kDatagram);
    CHECK(packet.payload.size() == 70000);
}

} // namespace
} // namespace dnsmon
