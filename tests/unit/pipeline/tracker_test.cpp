// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "ends.h"
#include "packet_builder.h"
#include "pipeline/tracker.h"

#include <nlohmann/json.hpp>

#include <sstream>

using namespace dnsmon;
using namespace dnsmon::test;
using nlohmann::json;

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kStart = 1'800'000'000 * kSecond;

Flow client_flow(Transport transport = Transport::kUdp) {
    Flow flow;
    const Bytes client = address("192.0.2.7");
    const Bytes server = address("198.51.100.53");
    flow.source = {Address::v4(client.data()), 40000};
    flow.destination = {Address::v4(server.data()), 53};
    flow.transport = transport;
    return flow;
}

Bytes response_to(Bytes query, std::uint8_t rcode = 0) {
    query[2] |= 0x80;
    query[3] = static_cast<std::uint8_t>(0x80 | rcode);
    return query;
}

const End* process(std::uint32_t pid, const char* name) {
    Owner owner;
    owner.attribution = Attribution::kExact;
    owner.pid = pid;
    std::snprintf(owner.process_name.data(), owner.process_name.size(), "%s", name);
    return end_of(owner);
}

/// Drives one tracker and gives back the events as JSON.
class Bench {
  public:
    explicit Bench(TrackerOptions options = {}) : tracker_(options, sequence_) {}

    std::vector<json> handle(PacketItem item, const Bytes& payload) {
        item.payload_bytes = static_cast<std::uint32_t>(payload.size());
        Batch out;
        tracker_.handle(item, payload, out);
        return events(out);
    }
    json one(const PacketItem& item, const Bytes& payload) {
        auto all = handle(item, payload);
        REQUIRE(all.size() == 1);
        return all.front();
    }
    std::vector<json> advance(std::int64_t now_ns) {
        Batch out;
        tracker_.advance(now_ns, out);
        return events(out);
    }
    [[nodiscard]] std::uint64_t count(Counter counter) const { return tracker_.counters().get(counter); }
    [[nodiscard]] std::size_t fill(Fill fill) const { return tracker_.counters().get(fill); }
    [[nodiscard]] std::vector<ServerAnswers> servers() const { return tracker_.server_latency().read(); }

  private:
    static std::vector<json> events(const Batch& batch) {
        std::vector<json> parsed;
        for (const auto& event : batch.events)
            parsed.push_back(json::parse(batch.line(event)));
        return parsed;
    }
    std::atomic<std::uint64_t> sequence_{1};
    Tracker tracker_;
};

PacketItem query_item(std::int64_t time_ns = kStart) {
    PacketItem item;
    item.time_ns = time_ns;
    item.flow = client_flow();
    item.direction = Direction::kEgress;
    item.sender = process(100, "dig");
    return item;
}

PacketItem response_item(std::int64_t time_ns) {
    PacketItem item;
    item.time_ns = time_ns;
    item.flow = client_flow().reversed();
    item.direction = Direction::kIngress;
    return item;
}

Bytes framed(const Bytes& message) {
    Bytes out;
    put16(out, message.size());
    return join(out, message);
}

} // namespace

TEST_CASE("a response carries its query's process and how long it took") {
    Bench bench;
    const Bytes query = dns_query(7, "example.org");
    const json asked = bench.one(query_item(), query);
    CHECK(asked["event"]["action"] == "query");
    CHECK(asked["process"]["pid"] == 100);
    CHECK(asked["dnsmon"]["attribution"] == "exact");
    const json answered = bench.one(response_item(kStart + 1834211), response_to(query));
    CHECK(answered["event"]["action"] == "response");
    CHECK(answered["event"]["duration"] == 1834211);
    CHECK(answered["process"]["pid"] == 100);
    CHECK(answered["event"]["sequence"] == asked["event"]["sequence"].get<int>() + 1);
    CHECK(bench.advance(kStart + 60 * kSecond).empty());
}

TEST_CASE("an answer with the name in another case is still the answer") {
    Bench bench;
    bench.one(query_item(), dns_query(7, "eXaMpLe.org"));
    CHECK(bench.one(response_item(kStart + 5), response_to(dns_query(7, "example.ORG"))).contains("event"));
    CHECK(bench.count(Counter::kUnsolicited) == 0);
}

TEST_CASE("an answer that nobody asked for is marked") {
    Bench bench;
    const json answered = bench.one(response_item(kStart), response_to(dns_query(7, "example.org")));
    CHECK(answered["dnsmon"]["unsolicited"] == true);
    CHECK(!answered["event"].contains("duration"));
    CHECK(bench.count(Counter::kUnsolicited) == 1);
}

TEST_CASE("a second answer to one query is unsolicited") {
    Bench bench;
    const Bytes query = dns_query(7, "example.org");
    bench.one(query_item(), query);
    bench.one(response_item(kStart + 5), response_to(query));
    CHECK(bench.one(response_item(kStart + 6), response_to(query))["dnsmon"]["unsolicited"] == true);
}

TEST_CASE("a query that is sent twice may be answered twice, and no more") {
    Bench bench;
    const Bytes query = dns_query(7, "example.org");
    bench.one(query_item(), query);
    bench.one(query_item(kStart + 2), query);
    for (const std::int64_t after : {5, 6}) {
        const json answered = bench.one(response_item(kStart + after), response_to(query));
        CHECK(answered["dnsmon"].count("unsolicited") == 0);
        CHECK(answered["dnsmon"]["retransmits"] == 1);
        CHECK(answered["event"]["duration"] == after);
        CHECK(answered["process"]["pid"] == 100);
    }
    CHECK(bench.one(response_item(kStart + 7), response_to(query))["dnsmon"]["unsolicited"] == true);
    CHECK(bench.advance(kStart + 60 * kSecond).empty());
}

TEST_CASE("a query that was answered and is asked again is a new one, also where another answer may come") {
    Bench bench;
    const Bytes query = dns_query(7, "example.org");
    bench.one(query_item(), query);
    bench.one(query_item(kStart + 2), query);
    bench.one(response_item(kStart + 5), response_to(query));
    CHECK(bench.one(query_item(kStart + 10), query)["dnsmon"].count("retransmits") == 0);
    CHECK(bench.one(response_item(kStart + 13), response_to(query))["event"]["duration"] == 3);
    CHECK(bench.advance(kStart + 60 * kSecond).empty()); // the first has its answer
}

TEST_CASE("a DSO message without an id has no answer and is not late") {
    Bench bench;
    Bytes push = dns_query(0, "example.org");
    push[2] = 6 << 3;
    CHECK(bench.one(query_item(), push)["event"]["action"] == "query");
    CHECK(bench.advance(kStart + 60 * kSecond).empty());
}

TEST_CASE("a query without an answer gives a timeout event, once") {
    Bench bench;
    const Bytes query = dns_query(7, "example.org");
    bench.one(query_item(), query);
    CHECK(bench.one(query_item(kStart + kSecond), query)["dnsmon"]["retransmits"] == 1);
    CHECK(bench.advance(kStart + 5 * kSecond - 1).empty());
    const auto late = bench.advance(kStart + 5 * kSecond);
    REQUIRE(late.size() == 1);
    CHECK(late[0]["event"]["action"] == "timeout");
    CHECK(late[0]["event"]["outcome"] == "failure");
    CHECK(late[0]["event"]["duration"] == 5 * kSecond);
    CHECK(late[0]["dnsmon"]["retransmits"] == 1);
    CHECK(late[0]["process"]["pid"] == 100);
    CHECK(late[0]["dns"]["question"]["name"] == "example.org");
    CHECK(bench.advance(kStart + 60 * kSecond).empty());
    CHECK(bench.count(Counter::kTimeouts) == 1);
}

TEST_CASE("the answer is the next process's when its predecessor asked the same from the same port") {
    Bench bench;
    const Bytes query = dns_query(7, "example.org");
    bench.one(query_item(), query);
    PacketItem next = query_item(kStart + kSecond);
    next.sender = process(200, "drill");
    CHECK(!bench.one(next, query)["dnsmon"].contains("retransmits"));
    next.time_ns += kSecond;
    CHECK(bench.one(next, query)["dnsmon"]["retransmits"] == 1);
    const json answered = bench.one(response_item(kStart + 3 * kSecond), response_to(query));
    CHECK(answered["process"]["pid"] == 200);
    CHECK(answered["event"]["duration"] == 2 * kSecond);
    CHECK(bench.count(Counter::kRetransmits) == 1);
    const auto late = bench.advance(kStart + 5 * kSecond);
    REQUIRE(late.size() == 1);
    CHECK(late[0]["process"]["pid"] == 100);
    CHECK(late[0]["@timestamp"] == json("2027-01-15T08:00:05.000000000Z"));
    CHECK(bench.advance(kStart + 60 * kSecond).empty());
}

TEST_CASE("a query that a reset cut off and a new connection repeats is no retransmission") {
    Bench bench;
    const Bytes query = dns_query(7, "example.org");
    PacketItem item = query_item();
    item.flow = client_flow(Transport::kTcp);
    item.segment.sequence = 999;
    item.segment.syn = true;
    CHECK(bench.handle(item, framed(query)).size() == 1);
    PacketItem reset = item;
    reset.segment.syn = false;
    reset.segment.rst = true;
    reset.segment.sequence = 1000 + static_cast<std::uint32_t>(framed(query).size());
    CHECK(bench.handle(reset, {}).empty());
    item.time_ns += kSecond;
    item.segment.sequence = 70000;
    CHECK(!bench.one(item, framed(query))["dnsmon"].contains("retransmits"));
    PacketItem back = response_item(kStart + 2 * kSecond);
    back.flow = item.flow.reversed();
    back.segment.sequence = 5000;
    CHECK(bench.one(back, framed(response_to(query)))["event"]["duration"] == kSecond);
    CHECK(bench.count(Counter::kRetransmits) == 0);
    CHECK(bench.advance(kStart + 60 * kSecond).size() == 1);
}

TEST_CASE("when both ends are local the client is the process and the server is named beside it") {
    Bench bench;
    const Bytes query = dns_query(7, "example.org");
    PacketItem item = query_item();
    item.loopback = true;
    item.receiver = process(53, "unbound");
    const json asked = bench.one(item, query);
    CHECK(asked["process"]["name"] == "dig");
    CHECK(asked["dnsmon"]["server_process"]["name"] == "unbound");
    CHECK(asked["network"]["direction"] == "egress");
    PacketItem back = response_item(kStart + 1);
    back.loopback = true;
    back.direction = Direction::kEgress; // loopback: seen as it leaves
    back.sender = process(53, "unbound");
    const json answered = bench.one(back, response_to(query));
    CHECK(answered["process"]["name"] == "dig");
    CHECK(answered["dnsmon"]["server_process"]["name"] == "unbound");
    CHECK(answered["network"]["direction"] == "ingress");
}

TEST_CASE("on a server that answers the network the server is the process") {
    Bench bench;
    PacketItem item = query_item();
    item.sender = nullptr;
    item.receiver = process(53, "unbound");
    item.direction = Direction::kIngress;
    const json asked = bench.one(item, dns_query(7, "example.org"));
    CHECK(asked["process"]["name"] == "unbound");
    CHECK(!asked["dnsmon"].contains("server_process"));
}

TEST_CASE("a message of nobody is logged and counted") {
    Bench bench;
    PacketItem item = query_item();
    item.sender = nullptr;
    const json asked = bench.one(item, dns_query(7, "example.org"));
    CHECK(!asked.contains("process"));
    CHECK(asked["dnsmon"]["attribution"] == "none");
    CHECK(bench.count(Counter::kUnattributed) == 1);
}

TEST_CASE("multicast DNS is not paired") {
    Bench bench;
    PacketItem item = query_item();
    const Bytes group = address("224.0.0.251");
    item.flow.destination = {Address::v4(group.data()), 5353};
    bench.one(item, dns_query(0, "printer.local"));
    CHECK(bench.advance(kStart + 60 * kSecond).empty());
}

TEST_CASE("a zone transfer's later messages belong to its query") {
    Bench bench;
    constexpr std::uint16_t kAxfr = 252;
    const Bytes query = dns_query(9, "example.org", kAxfr);
    PacketItem item = query_item();
    item.flow = client_flow(Transport::kTcp);
    item.segment.sequence = 1000;
    CHECK(bench.handle(item, framed(query)).size() == 1);
    PacketItem back = response_item(kStart + 10);
    back.flow = item.flow.reversed();
    back.segment.sequence = 5000;
    const auto answers = bench.handle(back, join(framed(response_to(query)), framed(response_to(query))));
    REQUIRE(answers.size() == 2);
    CHECK(answers[1]["process"]["pid"] == 100);
    CHECK(bench.count(Counter::kUnsolicited) == 0);
    CHECK(bench.advance(kStart + 60 * kSecond).empty());
}

TEST_CASE("a zone transfer's later messages need no question, and their time counts from the query") {
    Bench bench;
    PacketItem item = query_item();
    item.flow = client_flow(Transport::kTcp);
    item.segment.sequence = 1000;
    const Bytes query = dns_query(9, "example.org", 252);
    bench.one(item, framed(query));
    Bytes without(12, 0);
    std::copy_n(response_to(query).begin(), 4, without.begin());
    append(without, Bytes{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0}); // an A record of the root, without an address
    without[7] = 1;
    PacketItem back = response_item(kStart + 2 * kSecond);
    back.flow = item.flow.reversed();
    back.segment.sequence = 5000;
    for (int i = 1; i <= 4; ++i) {
        const Bytes message = framed(i == 1 ? response_to(query) : without);
        back.time_ns = kStart + 4 * i * kSecond;
        const json answered = bench.one(back, message);
        CHECK(answered["event"]["duration"] == 4 * i * kSecond);
        CHECK(answered["process"]["pid"] == 100);
        CHECK(!answered["dnsmon"].contains("unsolicited"));
        back.segment.sequence += static_cast<std::uint32_t>(message.size());
        CHECK(bench.advance(back.time_ns + 3 * kSecond).empty());
    }
    CHECK(bench.fill(Fill::kPairing) == 1);
    CHECK(bench.advance(back.time_ns + 6 * kSecond).empty());
    CHECK(bench.fill(Fill::kPairing) == 0);
    CHECK(bench.servers().front().latency.total() == 1);
}

TEST_CASE("what is not DNS on the port is counted, not logged") {
    Bench bench;
    CHECK(bench.handle(query_item(), text("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")).empty());
    CHECK(bench.handle(query_item(), {}).empty());
    CHECK(bench.count(Counter::kPacketsNotDns) == 2);
    CHECK(bench.count(Counter::kMessagesFound) == 0);
}

TEST_CASE("a damaged message gives what was readable") {
    Bench bench;
    Bytes query = dns_query(7, "example.org");
    query.resize(query.size() - 2);
    const json event = bench.one(query_item(), query);
    CHECK(event["dnsmon"].contains("decode_error"));
    CHECK(event["dns"]["id"] == "7");
    CHECK(bench.count(Counter::kDecodeErrors) == 1);
}

TEST_CASE("filtered events are counted and their queries are still paired") {
    TrackerOptions options;
    options.filter.queries = false;
    Bench bench(options);
    const Bytes query = dns_query(7, "example.org");
    CHECK(bench.handle(query_item(), query).empty());
    CHECK(bench.count(Counter::kEventsFiltered) == 1);
    CHECK(bench.one(response_item(kStart + 42), response_to(query))["event"]["duration"] == 42);
}

TEST_CASE("what networks keep out is not decoded, not paired, and counted as filtered") {
    TrackerOptions options;
    options.filter.networks.exclude = {*parse_network("198.51.100.0/24")};
    Bench bench(options);
    Bytes damaged = dns_query(7, "example.org");
    damaged[7] = 1; // an answer that is not there
    CHECK(bench.handle(query_item(), dns_query(7, "example.org")).empty());
    CHECK(bench.handle(query_item(), damaged).empty());
    CHECK(bench.handle(response_item(kStart + 1000), response_to(damaged)).empty());
    CHECK(bench.advance(kStart + 60 * kSecond).empty());
    CHECK(bench.count(Counter::kMessagesFound) == 3);
    CHECK(bench.count(Counter::kEventsFiltered) == 3);
    CHECK(bench.count(Counter::kDecodeErrors) == 0);
    CHECK(bench.count(Counter::kTimeouts) == 0);
    CHECK(bench.count(Counter::kUnsolicited) == 0);
}

TEST_CASE("answers and timeouts are counted for the server, also where the filter keeps them out") {
    TrackerOptions options;
    options.filter.responses = false;
    Bench bench(options);
    const Bytes query = dns_query(7, "example.org");
    bench.handle(query_item(), query);
    CHECK(bench.handle(response_item(kStart + 30'000'000), response_to(query)).empty());
    bench.handle(query_item(kStart + kSecond), dns_query(8, "example.org"));
    bench.advance(kStart + 2 * kSecond);
    CHECK(bench.fill(Fill::kPairing) == 1);
    bench.advance(kStart + 60 * kSecond);
    CHECK(bench.fill(Fill::kPairing) == 0);
    const auto servers = bench.servers();
    REQUIRE(servers.size() == 2);
    CHECK(*servers[0].server == client_flow().destination.address.bytes);
    CHECK(servers[0].latency.total() == 1);
    CHECK(servers[0].latency.sum_ns == 30'000'000);
    CHECK(servers[0].timeouts == 1);
    CHECK(servers[1].latency.total() + servers[1].timeouts == 0);
}
