// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "ends.h"
#include "pipeline/crossings.h"

#include <string>

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

const std::string kVeth = "veth0", kBridge = "br0", kUplink = "eth0";
const std::vector<std::uint8_t> kPayload(40, 7);

Endpoint endpoint(std::uint8_t last, std::uint16_t port) {
    const std::uint8_t bytes[] = {192, 0, 2, last};
    return {Address::v4(bytes), port};
}

PacketItem item(Endpoint from, Endpoint to, const std::string& interface, std::uint32_t sender_pid = 0) {
    PacketItem out;
    out.time_ns = 1000;
    out.flow.source = from;
    out.flow.destination = to;
    out.interface = &interface;
    if (sender_pid != 0) out.sender = end_of(sender_pid);
    return out;
}

const Endpoint kClient = endpoint(1, 4000), kOtherClient = endpoint(2, 4000), kHost = endpoint(9, 6000),
               kServer = endpoint(53, 53);

struct Fixture {
    Crossings crossings{4};
    std::vector<PacketItem> released;
    Crossings::Release release = [this](PacketItem& held, std::span<const std::uint8_t> payload) { take(held, payload); };

    void take(const PacketItem& held, std::span<const std::uint8_t> payload) {
        CHECK(payload.size() == kPayload.size()); // a macro with a pragma: not in a member's initializer
        released.push_back(held);
    }
    bool add(PacketItem packet, std::uint32_t interface, bool answer = false, std::uint16_t ip_id = 0) {
        return crossings.add(packet, kPayload, {interface, ip_id, answer}, release);
    }
};

} // namespace

TEST_CASE("what a router sends back on the device where it came is one; what comes there again is another") {
    Fixture fixture;
    PacketItem arrives = item(kClient, kServer, kUplink);
    PacketItem leaves = item(kHost, kServer, kUplink);
    arrives.direction = Direction::kIngress;
    leaves.direction = Direction::kEgress;
    CHECK_FALSE(fixture.add(arrives, 3));
    CHECK(fixture.add(leaves, 3));
    CHECK_FALSE(fixture.add(arrives, 3));
    fixture.crossings.release_until(1000, 2000, fixture.release);
    REQUIRE(fixture.released.size() == 2);
    CHECK(fixture.released[0].crossed_count == 2);
}

TEST_CASE("a query over veth, bridge and a translating uplink is one, its client the first") {
    Fixture fixture;
    CHECK_FALSE(fixture.add(item(kClient, kServer, kVeth, 77), 1));
    CHECK(fixture.add(item(kClient, kServer, kBridge, 77), 2));
    CHECK(fixture.add(item(kHost, kServer, kUplink), 3));
    fixture.crossings.release_until(1000, 2000, fixture.release);
    REQUIRE(fixture.released.size() == 1);
    const PacketItem& one = fixture.released[0];
    CHECK(one.flow.source == kClient);
    CHECK(one.sender->owner.pid == 77);
    REQUIRE(one.crossed_count == 3);
    CHECK(*one.crossed[0] == kVeth);
    CHECK(*one.crossed[2] == kUplink);
}

TEST_CASE("an answer is seen as its client sees it") {
    Fixture fixture;
    PacketItem outer = item(kServer, kHost, kUplink);
    outer.receiver = end_of(1, Attribution::kListener); // of the translating host's own port
    PacketItem inner = item(kServer, kClient, kBridge);
    inner.receiver = end_of(77);
    CHECK_FALSE(fixture.add(outer, 3, true));
    CHECK(fixture.add(inner, 2, true));
    fixture.crossings.release_all(fixture.release);
    REQUIRE(fixture.released.size() == 1);
    CHECK(fixture.released[0].flow.destination == kClient);
    CHECK(fixture.released[0].receiver->owner.pid == 77);
}

TEST_CASE("what only looks alike stays apart") {
    Fixture fixture;
    CHECK_FALSE(fixture.add(item(kClient, kServer, kVeth, 77), 1));
    CHECK_FALSE(fixture.add(item(kClient, kServer, kVeth, 77), 1));           // sent again
    CHECK_FALSE(fixture.add(item(kOtherClient, kServer, kBridge, 78), 2));    // another sender
    CHECK_FALSE(fixture.add(item(kHost, kServer, kUplink), 3, false, 99));    // another IP identification
    CHECK(fixture.crossings.size() == 4);
}

TEST_CASE("the same bytes sent to two servers behind two devices are two sends") {
    Fixture fixture;
    const Endpoint other = endpoint(54, 53);
    CHECK_FALSE(fixture.add(item(kClient, kServer, kVeth, 77), 1));
    CHECK_FALSE(fixture.add(item(kClient, other, kUplink, 77), 2));
    CHECK_FALSE(fixture.add(item(kClient, endpoint(55, 53), kUplink, 78), 3)); // another process on the same socket
    CHECK(fixture.add(item(kClient, endpoint(56, 53), kBridge), 4)); // translated: nobody here sent that
    CHECK(fixture.crossings.size() == 3);
}

TEST_CASE("bounded: the oldest is released for the newest") {
    Fixture fixture;
    for (std::uint16_t i = 0; i < 6; ++i) CHECK_FALSE(fixture.add(item(kClient, kServer, kVeth), 1, false, i));
    CHECK(fixture.crossings.size() == 4);
    CHECK(fixture.released.size() == 2);
}

TEST_CASE("a clock that was set back holds nobody") {
    Fixture fixture;
    CHECK_FALSE(fixture.add(item(kClient, kServer, kVeth), 1));
    fixture.crossings.release_until(-10, 0, fixture.release);
    CHECK(fixture.released.size() == 1);
}

TEST_CASE("a packet of another namespace that waited for its neighbour is one") {
    Fixture fixture;
    PacketItem sent = item(kClient, kServer, kVeth, 77);
    sent.netns = 4026532281;
    sent.direction = Direction::kEgress;
    CHECK_FALSE(fixture.add(sent, 1));
    fixture.crossings.release_all(fixture.release);
    const auto copy = [&](std::int64_t time_ns) {
        PacketItem later = item(kHost, kServer, kUplink);
        later.time_ns = time_ns;
        return fixture.add(later, 3);
    };
    CHECK(copy(1'000'000'000));
    CHECK(fixture.add(item(kClient, kServer, kBridge, 77), 2));
    CHECK_FALSE(fixture.add(sent, 1)); // sent again
    fixture.crossings.release_all(fixture.release);
    CHECK(fixture.released.size() == 2);
    CHECK_FALSE(copy(9'000'000'000)); // by then it would have been given up
}

TEST_CASE("what was sent in our own namespace is not waited for") {
    Fixture fixture;
    PacketItem sent = item(kClient, kServer, kVeth, 77);
    sent.direction = Direction::kEgress;
    CHECK_FALSE(fixture.add(sent, 1));
    fixture.crossings.release_all(fixture.release);
    CHECK_FALSE(fixture.add(item(kClient, kServer, kBridge, 77), 2));
}
