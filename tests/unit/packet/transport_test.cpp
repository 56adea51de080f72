// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "packet/transport.h"
#include "packet_builder.h"

namespace dnsmon {
namespace {

using namespace test;

const Bytes kBody = text("question");

TEST_CASE("a UDP datagram gives its ports and payload") {
    const Bytes bytes = udp(40000, 53, kBody);
    const auto datagram = parse_udp(bytes);
    REQUIRE(datagram);
    CHECK(datagram->source_port == 40000);
    CHECK(datagram->destination_port == 53);
    CHECK(Bytes(datagram->payload.begin(), datagram->payload.end()) == kBody);
    CHECK_FALSE(datagram->truncated);
}

TEST_CASE("a UDP length that lies") {
    const struct {
        std::uint16_t length;
        bool found;
        std::size_t payload_bytes;
        bool truncated;
    } cases[] = {
        {0, true, 8, false},  // jumbogram, segmentation offload: all there is
        {1, false, 0, false}, // less than its own header
        {7, false, 0, false}, //
        {8, true, 0, false},  // empty
        {12, true, 4, false}, // shorter than what is there: the rest is padding
        {17, true, 8, true},  // one byte more than there is
        {65535, true, 8, true},
    };
    for (const auto& c : cases) {
        const Bytes bytes = udp(1, 2, kBody, c.length);
        const auto datagram = parse_udp(bytes);
        CAPTURE(c.length);
        REQUIRE(datagram.has_value() == c.found);
        if (!c.found) continue;
        CHECK(datagram->payload.size() == c.payload_bytes);
        CHECK(datagram->truncated == c.truncated);
    }
    CHECK_FALSE(parse_udp(Bytes(7, 0)));
}

TEST_CASE("datagrams that share one header are taken one by one, the last one shorter") {
    const Bytes bytes(25, 7);
    std::span<const std::uint8_t> rest(bytes);
    std::vector<std::size_t> sizes;
    while (!rest.empty()) sizes.push_back(take_datagram(rest, 10).size());
    CHECK(sizes == std::vector<std::size_t>{10, 10, 5});
    for (const std::size_t alone : {std::size_t{0}, std::size_t{25}, std::size_t{26}}) {
        rest = bytes;
        CHECK(take_datagram(rest, alone).size() == 25);
        CHECK(rest.empty());
    }
}

TEST_CASE("a TCP segment gives its flags, sequence number and payload") {
    const Bytes bytes =
        tcp(53, 40000, kBody, {.sequence = 0xfffffffe, .syn = true, .fin = true, .options = Bytes(40, 1)});
    const auto segment = parse_tcp(bytes, 3);
    REQUIRE(segment);
    CHECK(segment->source_port == 53);
    CHECK(segment->destination_port == 40000);
    CHECK(segment->sequence == 0xfffffffe);
    CHECK(segment->syn);
    CHECK(segment->ack);
    CHECK(segment->fin);
    CHECK_FALSE(segment->rst);
    CHECK(Bytes(segment->payload.begin(), segment->payload.end()) == kBody);
    CHECK(segment->missing_bytes == 3);
}

TEST_CASE("a TCP data offset that points outside is no segment") {
    Bytes bytes = tcp(1, 2, {});
    bytes[12] = 4 << 4;
    CHECK_FALSE(parse_tcp(bytes));
    bytes[12] = 6 << 4;
    CHECK_FALSE(parse_tcp(bytes));
    CHECK_FALSE(parse_tcp(Bytes(19, 0x55)));
}

} // namespace
} // namespace dnsmon
