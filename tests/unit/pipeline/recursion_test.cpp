// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "ends.h"
#include "packet_builder.h"
#include "pipeline/recursion.h"

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

constexpr std::int64_t kTimeoutNs = 5'000'000'000;

/// `port`: the client's; pid 0: not of this host.
PacketItem item(std::uint16_t port, std::uint32_t sender, std::uint32_t receiver, std::int64_t time_ns = 0) {
    PacketItem out;
    out.time_ns = time_ns;
    out.flow.source.port = port;
    out.flow.destination.port = 53;
    if (sender != 0) out.sender = end_of(sender);
    if (receiver != 0) out.receiver = end_of(receiver);
    return out;
}

Bytes answer_to(Bytes query) {
    query[2] |= 0x80;
    return query;
}

std::size_t clients(Recursion& recursion, const Bytes& upstream, std::int64_t time_ns = 0) {
    PacketItem sent = item(9000, 500, 0, time_ns);
    recursion.note(sent, upstream);
    return sent.on_behalf_of == nullptr ? 0 : sent.on_behalf_of->size();
}

} // namespace

TEST_CASE("the client that asked the resolver is named until it is answered") {
    Recursion recursion(kTimeoutNs);
    const Bytes query = dns_query(1, "www.example.org");
    PacketItem asked = item(4000, 10, 500);
    recursion.note(asked, query);
    CHECK(asked.on_behalf_of == nullptr);
    PacketItem sent = item(9000, 500, 0);
    recursion.note(sent, dns_query(2, "WWW.example.org")); // 0x20
    REQUIRE(sent.on_behalf_of != nullptr);
    CHECK(sent.on_behalf_of->front()->owner.pid == 10);

    CHECK(clients(recursion, dns_query(3, "other.example.org")) == 0);
    PacketItem answered = item(53, 500, 10);
    answered.flow = asked.flow.reversed();
    recursion.note(answered, answer_to(query));
    CHECK(clients(recursion, query) == 0);
}

TEST_CASE("several clients are all named, each once; the resolver of another is nobody's") {
    Recursion recursion(kTimeoutNs);
    const Bytes query = dns_query(1, "www.example.org");
    for (std::uint16_t port = 4000; port < 4003; ++port) {
        PacketItem asked = item(port, port == 4002 ? 11 : 10, 500);
        recursion.note(asked, query);
    }
    CHECK(clients(recursion, query) == 2);
    PacketItem other = item(9000, 501, 0);
    recursion.note(other, query);
    CHECK(other.on_behalf_of == nullptr);
}

TEST_CASE("nobody waits longer than the timeout, and the table is bounded") {
    Recursion recursion(kTimeoutNs, 2);
    const Bytes query = dns_query(1, "www.example.org");
    for (std::uint16_t port = 4000; port < 4010; ++port) {
        PacketItem asked = item(port, port, 500);
        recursion.note(asked, query);
    }
    CHECK(recursion.size() == 2);
    CHECK(clients(recursion, query, kTimeoutNs + 1) == 0);
    CHECK(recursion.size() == 0);
}

TEST_CASE("a server that forks for each connection is one server") {
    Recursion recursion(kTimeoutNs);
    const Bytes query = dns_query(1, "www.example.org");
    const auto child = [](std::uint32_t pid, const char* parent) {
        auto details = std::make_shared<ProcessDetails>();
        details->name = "dnsmasq";
        details->parent_pid = 500;
        details->parent_name = parent;
        Owner owner;
        owner.attribution = Attribution::kExact;
        owner.pid = pid;
        return end_of(owner, details);
    };
    PacketItem asked = item(4000, 10, 0);
    asked.receiver = child(501, "dnsmasq"); // answered last on the port
    recursion.note(asked, query);
    PacketItem sent = item(9000, 0, 0);
    sent.sender = child(502, "dnsmasq");
    recursion.note(sent, query);
    REQUIRE(sent.on_behalf_of != nullptr);
    CHECK(sent.on_behalf_of->front()->owner.pid == 10);
    PacketItem other = item(9000, 0, 0);
    other.sender = child(503, "sh");
    recursion.note(other, query);
    CHECK(other.on_behalf_of == nullptr);
    CHECK(clients(recursion, query) == 1); // the parent itself
}
