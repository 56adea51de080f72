// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "packet/flow.h"
#include "packet_builder.h"

#include <set>

namespace dnsmon {
namespace {

Address address(const std::string& name) {
    const test::Bytes bytes = test::address(name);
    return bytes.size() == 4 ? Address::v4(bytes.data()) : Address::v6(bytes.data());
}

TEST_CASE("an IPv4 address is the IPv4-mapped IPv6 address") {
    CHECK(address("192.0.2.1") == address("::ffff:192.0.2.1"));
    CHECK(address("192.0.2.1").is_v4());
    CHECK_FALSE(address("2001:db8::1").is_v4());
    CHECK_FALSE(address("::192.0.2.1").is_v4());
}

TEST_CASE("loopback and multicast are known in both families") {
    CHECK(address("127.0.0.53").is_loopback());
    CHECK(address("::1").is_loopback());
    CHECK_FALSE(address("::").is_loopback());
    CHECK_FALSE(address("::101").is_loopback());
    CHECK(address("224.0.0.251").is_multicast());
    CHECK(address("ff02::fb").is_multicast());
    CHECK_FALSE(address("192.0.2.1").is_multicast());
}

TEST_CASE("both directions of a flow share the symmetric hash, and nothing else") {
    const Flow query{{address("192.0.2.1"), 40000}, {address("192.0.2.53"), 53}, Transport::kUdp, IpVersion::kV4};
    CHECK(query.symmetric_hash() == query.reversed().symmetric_hash());
    CHECK(FlowHash{}(query) != FlowHash{}(query.reversed()));
    CHECK(query.reversed().reversed() == query);

    Flow tcp = query;
    tcp.transport = Transport::kTcp;
    CHECK(tcp.symmetric_hash() != query.symmetric_hash());
}

TEST_CASE("flows of one client spread over workers") {
    std::set<std::size_t> hashes;
    std::array<int, 4> worker{};
    for (std::uint16_t port = 1024; port < 5120; ++port) {
        const Flow flow{{address("10.0.0.1"), port}, {address("10.0.0.53"), 53}, Transport::kUdp, IpVersion::kV4};
        hashes.insert(flow.symmetric_hash());
        ++worker[flow.symmetric_hash() % worker.size()];
    }
    CHECK(hashes.size() == 4096);
    for (const int share : worker) CHECK(share > 800);
}

} // namespace
} // namespace dnsmon
