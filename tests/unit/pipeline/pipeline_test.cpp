// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "packet_builder.h"
#include "pipeline/pipeline.h"

#include <nlohmann/json.hpp>

#include <mutex>
#include <sstream>

using namespace dnsmon;
using namespace dnsmon::test;
using nlohmann::json;

namespace {

constexpr std::uint8_t kUdp = 17;

/// Where the events go: thread-safe, as the writer is.
class Collector {
  public:
    Deliver deliver() {
        return [this](Batch batch) {
            const std::lock_guard lock(mutex_);
            lines_ += batch.lines.view();
            batch.clear();
            return batch;
        };
    }
    std::vector<json> events() {
        const std::lock_guard lock(mutex_);
        std::vector<json> parsed;
        std::istringstream lines(lines_);
        for (std::string line; std::getline(lines, line);) parsed.push_back(json::parse(line));
        return parsed;
    }

  private:
    std::mutex mutex_;
    std::string lines_;
};

Packet packet_of(const Bytes& bytes) {
    Packet packet;
    packet.time_ns = 1'000'000'000;
    packet.interface = 3;
    packet.bytes = bytes;
    packet.wire_bytes = static_cast<std::uint32_t>(bytes.size());
    return packet;
}

std::uint64_t packets_accounted(const Pipeline& pipeline) {
    std::uint64_t sum = 0;
    for (const auto counter : {Counter::kPacketsMessage, Counter::kPacketsStream, Counter::kPacketsFragment,
                               Counter::kPacketsControl, Counter::kPacketsDuplicate, Counter::kPacketsNotDns, Counter::kPacketsMalformed})
        sum += pipeline.total(counter);
    return sum;
}

struct Fixture {
    std::atomic<std::uint64_t> sequence{1};
    Collector collector;
    std::unique_ptr<Pipeline> pipeline;

    explicit Fixture(PipelineOptions options = {}) {
        pipeline = std::make_unique<Pipeline>(
            options, sequence, [](std::uint32_t) { return std::string_view("eth0"); }, collector.deliver(), [] {});
    }
    void submit(const Bytes& bytes) { pipeline->submit(packet_of(bytes)); }
};

} // namespace

TEST_CASE("packets become events, and every packet is accounted for") {
    Fixture fixture;
    const Bytes query = dns_query(1, "example.org");
    fixture.submit(ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4000, 53, query)));
    fixture.submit(ipv6("2001:db8::1", "2001:db8::53", kUdp, udp(4001, 53, query)));
    fixture.submit(ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4000, 80, query)));        // another port
    fixture.submit(ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4000, 53, text("hello")))); // not DNS
    fixture.submit({0x45, 0, 0});                                                        // no IP header
    fixture.submit(ipv4("192.0.2.1", "192.0.2.53", 1, text("an echo request")));         // neither UDP nor TCP
    fixture.pipeline->finish(2'000'000'000);
    const auto events = fixture.collector.events();
    REQUIRE(events.size() == 2);
    CHECK(events[0]["observer"].dump().find("eth0") != std::string::npos);
    CHECK(fixture.pipeline->total(Counter::kPacketsReceived) == 6);
    CHECK(packets_accounted(*fixture.pipeline) == 6);
    CHECK(fixture.pipeline->total(Counter::kEventsEncoded) == 2);
}

TEST_CASE("datagrams that segmentation offload made one packet of are one event each, the packet counts once") {
    PipelineOptions options;
    options.crossing_ns = GENERATE(0, 10'000'000);
    Fixture fixture(options);
    Bytes payload;
    const std::uint16_t datagram_bytes = static_cast<std::uint16_t>(dns_query(1, "a.example.org").size());
    for (std::uint16_t id = 1; id <= 3; ++id) append(payload, dns_query(id, "a.example.org"));
    append(payload, dns_query(4, "b.org")); // the last one is shorter
    const Bytes bytes = ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4000, 53, payload), {.identification = 8});
    Packet packet = packet_of(bytes);
    packet.datagram_bytes = datagram_bytes;
    fixture.pipeline->submit(packet);
    fixture.pipeline->finish(2'000'000'000);
    const auto events = fixture.collector.events();
    REQUIRE(events.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(events[i]["dns"]["id"] == std::to_string(i + 1));
        CHECK(events[i]["network"]["bytes"] == (i < 3 ? datagram_bytes : dns_query(4, "b.org").size()));
        CHECK(events[i]["dnsmon"].value("decode_error", "") == "");
    }
    CHECK(fixture.pipeline->total(Counter::kMessagesFound) == 4);
    CHECK(fixture.pipeline->total(Counter::kPacketsMessage) == 1);
    CHECK(packets_accounted(*fixture.pipeline) == 1);
}

TEST_CASE("datagrams that leave one by one where they came as one packet are its copies") {
    PipelineOptions options;
    options.crossing_ns = 10'000'000;
    Fixture fixture(options);
    const Bytes first = dns_query(1, "a.example.org"), second = dns_query(2, "a.example.org");
    Bytes payload = first;
    append(payload, second);
    const Bytes bytes = ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4000, 53, payload), {.identification = 8});
    Packet packet = packet_of(bytes);
    packet.datagram_bytes = static_cast<std::uint16_t>(first.size());
    fixture.pipeline->submit(packet);
    const Bytes apart[] = {ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4000, 53, first), {.identification = 8}),
                           ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4000, 53, second), {.identification = 9})};
    for (const Bytes& each : apart) {
        packet = packet_of(each);
        packet.interface = 4;
        fixture.pipeline->submit(packet);
    }
    fixture.pipeline->finish(2'000'000'000);
    CHECK(fixture.collector.events().size() == 2);
    CHECK(fixture.pipeline->total(Counter::kPacketsDuplicate) == 2);
    CHECK(packets_accounted(*fixture.pipeline) == 3);
}

TEST_CASE("crumbs of one packet are not DNS, and cost one packet's place") {
    Fixture fixture;
    const Bytes bytes = ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4000, 53, Bytes(9000, 0)));
    Packet packet = packet_of(bytes);
    packet.datagram_bytes = 1;
    fixture.pipeline->submit(packet);
    fixture.pipeline->finish(2'000'000'000);
    CHECK(fixture.collector.events().empty());
    CHECK(fixture.pipeline->total(Counter::kPacketsNotDns) == 1);
    CHECK(packets_accounted(*fixture.pipeline) == 1);
}

TEST_CASE("a query in two fragments is one event") {
    Fixture fixture;
    const Bytes datagram = udp(4000, 53, dns_query(1, "a-rather-long-name.example.org"));
    const Bytes head(datagram.begin(), datagram.begin() + 24);
    const Bytes tail(datagram.begin() + 24, datagram.end());
    fixture.submit(ipv4("192.0.2.1", "192.0.2.53", kUdp, tail, {.identification = 5, .fragment_offset = 24}));
    CHECK(fixture.pipeline->pending_fragments() == 1);
    fixture.submit(ipv4("192.0.2.1", "192.0.2.53", kUdp, head, {.identification = 5, .more_fragments = true}));
    fixture.pipeline->finish(2'000'000'000);
    const auto events = fixture.collector.events();
    REQUIRE(events.size() == 1);
    CHECK(events[0]["dns"]["question"]["name"] == "a-rather-long-name.example.org");
    CHECK(packets_accounted(*fixture.pipeline) == 2);
}

TEST_CASE("both directions of a flow meet in one worker") {
    PipelineOptions options;
    options.workers = 4;
    Fixture fixture(options);
    for (std::uint16_t port = 1000; port < 1200; ++port) {
        Bytes query = dns_query(port, "example.org");
        fixture.submit(ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(port, 53, query)));
        query[2] |= 0x80;
        fixture.submit(ipv4("192.0.2.53", "192.0.2.1", kUdp, udp(53, port, query)));
    }
    fixture.pipeline->finish(2'000'000'000);
    CHECK(fixture.collector.events().size() == 400);
    CHECK(fixture.pipeline->total(Counter::kUnsolicited) == 0);
    CHECK(fixture.pipeline->total(Counter::kTimeouts) == 0);
}

TEST_CASE("a full queue holds packets back and loses none") {
    PipelineOptions options;
    options.queue_packets = 4;
    std::mutex gate;
    std::atomic<int> delivered{0};
    std::atomic<std::uint64_t> sequence{1};
    std::unique_lock closed(gate);
    Pipeline pipeline(
        options, sequence, [](std::uint32_t) { return std::string_view(); },
        [&](Batch batch) {
            const std::lock_guard wait(gate);
            delivered += static_cast<int>(batch.events.size());
            batch.clear();
            return batch;
        },
        [] {});
    bool refused = false;
    for (std::uint16_t i = 0; i < 64; ++i) {
        pipeline.submit(packet_of(ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(static_cast<std::uint16_t>(1000 + i), 53, dns_query(i, "x")))));
        refused = !pipeline.flush(1'000'000'000) || refused;
    }
    CHECK(refused);
    CHECK(delivered == 0);
    closed.unlock();
    pipeline.finish(1'000'000'000);
    CHECK(delivered == 64);
}

TEST_CASE("DNS on another port is found by its content when asked for") {
    PipelineOptions options;
    options.any_port = true;
    Fixture fixture(options);
    fixture.submit(ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4000, 5300, dns_query(1, "example.org"))));
    fixture.submit(ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4000, 5300, text("something else entirely"))));
    fixture.pipeline->finish(2'000'000'000);
    const auto events = fixture.collector.events();
    REQUIRE(events.size() == 1);
    CHECK(events[0]["dnsmon"]["detected"] == "heuristic");
}

TEST_CASE("equal flows on two namespaces' loopback devices are two conversations, on others one") {
    for (const bool loopback : {true, false}) {
        Fixture fixture;
        const Bytes query = dns_query(1, "example.org");
        Bytes answer = query;
        answer[2] |= 0x80;
        const auto submit = [&](const Bytes& bytes, std::uint32_t netns) {
            Packet packet = packet_of(bytes);
            packet.loopback = loopback;
            packet.netns = netns;
            fixture.pipeline->submit(packet);
        };
        submit(ipv4("127.0.0.1", "127.0.0.2", kUdp, udp(4000, 53, query)), 11);
        submit(ipv4("127.0.0.2", "127.0.0.1", kUdp, udp(53, 4000, answer)), 12);
        fixture.pipeline->finish(2'000'000'000);
        CHECK(fixture.pipeline->total(Counter::kUnsolicited) == (loopback ? 1 : 0));
        CHECK(fixture.collector.events().at(0)["dnsmon"]["network_namespace"] == 11);
    }
}

TEST_CASE("who serves is asked for where a query's receiver is not known") {
    Fixture fixture;
    int asked = 0;
    fixture.pipeline->set_server_finder([&](Transport transport, const Endpoint& server) {
        ++asked;
        CHECK(transport == Transport::kUdp);
        CHECK(server.port == 53);
        Owner owner;
        owner.attribution = Attribution::kListener;
        owner.pid = 4321;
        return owner;
    });
    const Bytes query = dns_query(1, "example.org");
    fixture.submit(ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4000, 53, query)));
    Bytes answer = query;
    answer[2] |= 0x80;
    fixture.submit(ipv4("192.0.2.53", "192.0.2.1", kUdp, udp(53, 4000, answer))); // to the client's port
    const Bytes bytes = ipv4("192.0.2.1", "192.0.2.53", kUdp, udp(4001, 53, query));
    Packet known = packet_of(bytes);
    known.receiver.attribution = Attribution::kExact;
    known.receiver.pid = 1;
    fixture.pipeline->submit(known);
    fixture.pipeline->finish(2'000'000'000);
    CHECK(asked == 1);
    const auto events = fixture.collector.events();
    REQUIRE(events.size() == 3);
    CHECK(events[0]["process"]["pid"] == 4321);
    CHECK(events[0]["dnsmon"]["attribution"] == "listener");
    CHECK(events[2]["process"]["pid"] == 1);
}
