// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "packet/tcp_stream.h"
#include "packet_builder.h"

#include <algorithm>
#include <numeric>

namespace dnsmon {
namespace {

using namespace test;

/// Stands in for dns::looks_like_dns: a query or answer with one question.
bool plausible(std::span<const std::uint8_t> wire) {
    return wire.size() >= 17 && (wire[2] & 0x78) == 0 && wire[4] == 0 && wire[5] == 1;
}

Bytes framed(const Bytes& message) {
    Bytes out;
    put16(out, message.size());
    return join(out, message);
}
/// A message of `bytes` bytes whose header fits its length.
Bytes message(std::uint16_t id, std::size_t bytes = 40) {
    Bytes out = dns_query(id, "example.com");
    out.resize(bytes, 0xaa);
    return out;
}

/// One direction of one connection, and the messages that came out of it.
struct Direction {
    TcpStreams streams;
    Flow flow{{{}, 40000}, {{}, 53}, Transport::kTcp, IpVersion::kV4};
    std::vector<Bytes> messages;
    std::vector<StreamMessage> flags; ///< without their bytes
    std::uint32_t next = 1000;
    std::int64_t now_ns = 0;

    explicit Direction(StreamLimits limits = {}, Expectation expectation = Expectation::kDns)
        : streams(plausible, limits, expectation) {}

    SegmentFate at(std::uint32_t sequence, const Bytes& payload, TcpSegment segment = {}) {
        segment.sequence = sequence;
        segment.payload = payload;
        return streams.add(flow, segment, now_ns, [this](const StreamMessage& m) { keep(m); });
    }
    void keep(const StreamMessage& m) {
        messages.emplace_back(m.wire.begin(), m.wire.end());
        flags.push_back({{}, m.after_gap, m.truncated, m.time_ns, m.connection});
    }
    void open() { at(next - 1, {}, {.syn = true}); }
    SegmentFate send(const Bytes& payload) {
        const auto fate = at(next, payload);
        next += static_cast<std::uint32_t>(payload.size());
        return fate;
    }
    void finish() {
        streams.finish([this](const Flow&, const StreamMessage& m) { keep(m); });
    }
    void expire() {
        streams.expire(now_ns, [this](const Flow&, const StreamMessage& m) { keep(m); });
    }
};

TEST_CASE("one message in one segment") {
    Direction d;
    d.open();
    CHECK(d.send(framed(message(1))) == SegmentFate::kStream);
    REQUIRE(d.messages == std::vector<Bytes>{message(1)});
    CHECK_FALSE(d.flags[0].after_gap);
    CHECK_FALSE(d.flags[0].truncated);
    CHECK(d.streams.bytes_held() == 0);
}

TEST_CASE("the stream is the same however it is cut into segments") {
    const std::vector<Bytes> sent{message(1), message(2, 300), message(3), message(4, 65535), message(5)};
    Bytes stream;
    for (const Bytes& m : sent) append(stream, framed(m));
    for (const std::size_t size : {1U, 2U, 3U, 41U, 42U, 43U, 536U, 1448U, 65535U, 100000U}) {
        for (const bool with_syn : {true, false}) {
            if (!with_syn && size < 14) continue; // the beginning of a stream found open is a segment's
            CAPTURE(size, with_syn);
            Direction d;
            d.next = 0xffffff00; // the sequence number wraps on the way
            if (with_syn) d.open();
            for (std::size_t at = 0; at < stream.size(); at += size) {
                const auto end = std::min(at + size, stream.size());
                d.send(Bytes(stream.begin() + static_cast<std::ptrdiff_t>(at),
                             stream.begin() + static_cast<std::ptrdiff_t>(end)));
            }
            CHECK(d.messages == sent);
            CHECK(d.streams.bytes_held() == 0);
        }
    }
}

TEST_CASE("the length prefix split from the body, and in itself") {
    const Bytes whole = framed(message(7));
    for (const std::size_t split : {1U, 2U, 3U, 13U, 14U, 15U}) {
        Direction d;
        d.open();
        const auto middle = whole.begin() + static_cast<std::ptrdiff_t>(split);
        d.send(Bytes(whole.begin(), middle));
        CHECK(d.messages.empty());
        d.send(Bytes(middle, whole.end()));
        CHECK(d.messages == std::vector<Bytes>{message(7)});
    }
}

TEST_CASE("segments in any order give the messages in stream order") {
    Bytes stream;
    std::vector<Bytes> sent;
    for (std::uint16_t i = 0; i < 6; ++i) append(stream, framed(sent.emplace_back(message(i, 40 + i))));
    constexpr std::size_t kSegment = 50;
    std::vector<std::size_t> order((stream.size() + kSegment - 1) / kSegment);
    std::iota(order.begin(), order.end(), 0);
    do {
        Direction d;
        d.open();
        for (const std::size_t i : order) {
            const std::size_t begin = i * kSegment;
            const std::size_t end = std::min(begin + kSegment, stream.size());
            d.at(d.next + static_cast<std::uint32_t>(begin), Bytes(stream.begin() + static_cast<std::ptrdiff_t>(begin),
                                                                   stream.begin() + static_cast<std::ptrdiff_t>(end)));
        }
        REQUIRE(d.messages == sent);
        REQUIRE(d.streams.bytes_held() == 0);
    } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("what was seen before is not given again") {
    Direction d;
    d.open();
    const Bytes two = join(framed(message(1)), framed(message(2)));
    d.send(framed(message(1)));
    CHECK(d.at(d.next - 42, framed(message(1))) == SegmentFate::kDuplicate);
    CHECK(d.at(d.next - 1, {0}) == SegmentFate::kDuplicate); // keep-alive probe
    d.at(d.next - 42, two);                                  // sent again together with new bytes
    CHECK(d.messages == std::vector<Bytes>{message(1), message(2)});
}

TEST_CASE("data in the SYN counts") { // RFC 7413
    Direction d;
    d.at(999, framed(message(1)), {.syn = true});
    CHECK(d.messages == std::vector<Bytes>{message(1)});
    d.at(999, {}, {.syn = true}); // the SYN again, without the data
    d.next += 42;
    d.send(framed(message(2)));
    CHECK(d.messages.size() == 2);
}

TEST_CASE("a connection already open: the next message is found") {
    Direction d;
    SECTION("at a segment's start") {
        d.send(framed(message(1)));
    }
    SECTION("behind the rest of another message") {
        d.send(join(Bytes(700, 0xab), framed(message(1))));
    }
    SECTION("after a keep-alive probe") {
        d.send({0});
        d.send(framed(message(1)));
    }
    SECTION("over two segments") {
        const Bytes whole = join(Bytes(700, 0xab), framed(message(1)));
        d.send(Bytes(whole.begin(), whole.begin() + 720));
        d.send(Bytes(whole.begin() + 720, whole.end()));
    }
    REQUIRE(d.messages == std::vector<Bytes>{message(1)});
    d.send(framed(message(2)));
    CHECK(d.messages.size() == 2);
}

TEST_CASE("a connection already open: the length came alone") {
    const Bytes whole = framed(message(0x2000)); // taken for a length, the identification is a plausible one
    Direction d;
    d.send({whole.begin(), whole.begin() + 2});
    d.send({whole.begin() + 2, whole.end()});
    CHECK(d.messages == std::vector<Bytes>{message(0x2000)});
}

TEST_CASE("messages of no octets before the first are passed, a stream of zeros is not DNS") {
    Direction d;
    d.open();
    d.send(join(Bytes{0, 0, 0, 0}, framed(message(1))));
    CHECK(d.messages == std::vector<Bytes>{message(1)});
    Direction zeros;
    zeros.open();
    CHECK(zeros.send(Bytes(300, 0)) == SegmentFate::kNotDns);
    CHECK(zeros.messages.empty());
}

TEST_CASE("a gap inside a message costs that message only") {
    Direction d({.pieces_per_flow = 1});
    d.open();
    const Bytes big = framed(message(1, 5000));
    d.send(Bytes(big.begin(), big.begin() + 1000));
    d.next += 1500; // never seen
    d.send(Bytes(big.begin() + 2500, big.end()));
    d.next += 42; // nor is this
    d.send(framed(message(3)));
    REQUIRE(d.messages.size() == 1); // the head; the second gap is still waited for
    CHECK(d.flags[0].truncated);
    CHECK(d.messages[0].size() == 998);
    d.finish();
    REQUIRE(d.messages.size() == 2);
    CHECK(d.messages[1] == message(3));
    CHECK(d.streams.losses().gaps == 2);
    CHECK(d.streams.losses().bytes_lost == 1542);
}

TEST_CASE("bytes that never come are given up when more waits behind them than the limit") {
    Direction d({.bytes_per_flow = 65537});
    d.open();
    d.send(framed(message(1)));
    d.next += 100;
    std::size_t sent = 0;
    while (d.messages.size() < 2) {
        REQUIRE(sent < 3000);
        d.send(framed(message(static_cast<std::uint16_t>(++sent))));
    }
    CHECK(d.messages.size() == 1 + sent);
    CHECK(d.flags[1].after_gap);
    CHECK_FALSE(d.flags[2].after_gap);
    CHECK(d.streams.losses().gaps == 1);
    CHECK(d.streams.losses().bytes_lost == 100);
}

TEST_CASE("bytes that never come are given up after a time, at a segment or at expire") {
    Direction d;
    d.open();
    d.next += 10;
    d.send(framed(message(1)));
    CHECK(d.messages.empty());
    d.now_ns = 2'000'000'001;
    SECTION("at the next segment") {
        d.send(framed(message(2)));
    }
    SECTION("at expire") {
        d.expire();
    }
    REQUIRE_FALSE(d.messages.empty());
    CHECK(d.messages[0] == message(1));
    CHECK(d.flags[0].after_gap);
}

TEST_CASE("a message has the time when it was whole, not when the bytes before it came or were given up") {
    const std::vector<Bytes> sent{message(1), message(2, 300), message(3)};
    const auto first = static_cast<std::uint32_t>(framed(sent[0]).size());
    const Bytes second = framed(sent[1]);
    Direction d;
    d.open();
    const auto send_at = [&](std::int64_t now_ns, std::uint32_t offset, const Bytes& bytes) {
        d.now_ns = now_ns;
        d.at(d.next + offset, bytes);
    };
    send_at(10, first + 200, {second.begin() + 200, second.end()});
    send_at(30, first, {second.begin(), second.begin() + 200});
    send_at(20, first + 302, framed(sent[2]));
    std::vector<std::int64_t> times;
    SECTION("they came") {
        send_at(40, 0, framed(sent[0]));
        times = std::vector<std::int64_t>{40, 30, 20};
    }
    SECTION("they were given up at a segment") {
        send_at(3'000'000'000, first + 302 + first, framed(message(4)));
        times = std::vector<std::int64_t>{30, 20, 3'000'000'000};
    }
    SECTION("they were given up at expire") {
        d.now_ns = 3'000'000'000;
        d.expire();
        times = std::vector<std::int64_t>{30, 20};
    }
    SECTION("it is not whole, and the stream ends") {
        send_at(50, 0, framed(sent[0]));
        d.at(d.next + 2 * first + 302, {second.begin(), second.begin() + 20});
        d.now_ns = 60;
        d.finish();
        times = std::vector<std::int64_t>{50, 30, 20, 50};
    }
    REQUIRE(d.flags.size() == times.size());
    for (std::size_t i = 0; i < times.size(); ++i) CHECK(d.flags[i].time_ns == times[i]);
}

TEST_CASE("a segment cut by the snapshot length is a gap of known size") {
    Direction d;
    d.open();
    const Bytes big = framed(message(1, 1000));
    d.at(d.next, Bytes(big.begin(), big.begin() + 60), {.missing_bytes = 942});
    d.next += 1002;
    d.send(framed(message(2)));
    REQUIRE(d.messages.size() == 2);
    CHECK(d.flags[0].truncated);
    CHECK(d.messages[0].size() == 58);
    CHECK(d.messages[1] == message(2));
    CHECK(d.flags[1].after_gap);
    CHECK(d.streams.losses().bytes_lost == 942);
}

TEST_CASE("a stream that ends inside a message gives what there is") {
    Direction d;
    d.open();
    const Bytes part = framed(message(1, 500));
    d.send(Bytes(part.begin(), part.begin() + 100));
    SECTION("FIN") {
        d.at(d.next, {}, {.fin = true});
    }
    SECTION("RST") {
        d.at(d.next, {}, {.rst = true});
    }
    SECTION("end of the capture") {
        d.finish();
    }
    SECTION("idle") {
        d.now_ns = 121'000'000'000;
        d.expire();
        CHECK(d.streams.flows() == 0);
    }
    REQUIRE(d.messages.size() == 1);
    CHECK(d.flags[0].truncated);
    CHECK(d.messages[0].size() == 98);
    CHECK(d.streams.bytes_held() == 0);
}

TEST_CASE("a reset from outside the window ends nothing") { // RFC 5961
    const Bytes whole = framed(message(1, 500));
    for (const std::uint32_t distance : {0x7fffffffU, 0x10000000U, 0x80000000U, 0xffffff00U, 300U << 10}) {
        CAPTURE(distance);
        Direction d;
        d.open();
        d.send({whole.begin(), whole.begin() + 100});
        CHECK(d.at(d.next + distance, {}, {.rst = true}) == SegmentFate::kControl);
        d.send({whole.begin() + 100, whole.end()});
        CHECK(d.messages == std::vector<Bytes>{message(1, 500)});
        CHECK(d.streams.losses().gaps == 0);
    }
    for (const std::uint32_t distance : {0U, 1U, 60000U}) { // bytes that were not captured may lie before it
        CAPTURE(distance);
        Direction d;
        d.open();
        d.send({whole.begin(), whole.begin() + 100});
        d.at(d.next + distance, {}, {.rst = true});
        REQUIRE(d.messages.size() == 1);
        CHECK(d.flags[0].truncated);
    }
}

TEST_CASE("a FIN that overtakes the last data waits for it") {
    Direction d;
    d.open();
    d.at(d.next + 42, {}, {.fin = true});
    d.send(framed(message(1)));
    CHECK(d.messages == std::vector<Bytes>{message(1)});
    CHECK(d.at(d.next - 42, framed(message(1))) == SegmentFate::kDuplicate); // still known after the end
}

TEST_CASE("the same ports used again are another stream") {
    Direction d;
    d.open();
    d.send(framed(message(1)));
    d.at(d.next, {}, {.fin = true});
    d.next = 3'000'000'000;
    SECTION("with its SYN") {
        d.open();
    }
    SECTION("without it") {}
    d.send(framed(message(2)));
    CHECK(d.messages == std::vector<Bytes>{message(1), message(2)});
}

TEST_CASE("what is not DNS is left alone") {
    const Bytes tls{0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, 0x52, 0xa7, 0x11, 0x9b, 0x02};
    for (const Bytes& start : {tls, text("GET / HTTP/1.1\r\nHost: x\r\n"), text("SSH-2.0-OpenSSH_9.2p1\r\n"),
                               text("HTTP/1.1 200 OK\r\n"), text("EHLO mail.example.com\r\n"), Bytes(19, 0xff)}) {
        Direction d;
        d.open();
        CHECK(d.send(start) == SegmentFate::kNotDns);
        CHECK(d.send(framed(message(1))) == SegmentFate::kNotDns);
        CHECK(d.messages.empty());
        CHECK(d.streams.losses().not_dns_flows == 1);
        CHECK(d.streams.bytes_held() == 0);
    }
}

TEST_CASE("what is not DNS is noticed in an open connection as well") {
    Direction d;
    SegmentFate fate = SegmentFate::kStream;
    for (int i = 0; i < 400 && fate != SegmentFate::kNotDns; ++i) fate = d.send(Bytes(1448, 'x'));
    CHECK(fate == SegmentFate::kNotDns);
    CHECK(d.streams.bytes_held() == 0);
}

TEST_CASE("where anything may come, a first message that is whole and plausible makes the stream DNS") {
    for (const bool from_the_start : {true, false}) {
        Direction d({}, Expectation::kAnything);
        if (from_the_start) d.open();
        const Bytes long_one = framed(message(1, 3000));
        for (std::size_t at = 0; at < long_one.size(); at += 1000) {
            CHECK(d.messages.empty());
            d.send({long_one.begin() + static_cast<std::ptrdiff_t>(at),
                    long_one.begin() + static_cast<std::ptrdiff_t>(std::min(at + 1000, long_one.size()))});
        }
        d.send(join(framed(message(2)), framed(message(3))));
        CHECK(d.messages == std::vector<Bytes>{message(1, 3000), message(2), message(3)});
    }
}

TEST_CASE("where anything may come, other protocols are left alone at once and hold nothing") {
    Bytes implausible = framed(message(1));
    implausible[7] = 2; // two questions: fits by its counts, yet no message
    for (const Bytes& start : {implausible, text("GET / HTTP/1.1\r\nHost: x\r\n"), Bytes(300, 0xff), Bytes(300, 0)}) {
        Direction d({}, Expectation::kAnything);
        d.open();
        CHECK(d.send(start) == SegmentFate::kNotDns);
        d.send(framed(message(2)));
        d.finish();
        CHECK(d.messages.empty());
        CHECK(d.streams.bytes_held() == 0);
    }
}

TEST_CASE("where anything may come, an open connection has a few segments to prove itself") {
    Direction lucky({}, Expectation::kAnything), unlucky({}, Expectation::kAnything);
    for (int i = 0; i < 3; ++i) lucky.send(Bytes(100, 'x'));
    lucky.send(framed(message(1)));
    CHECK(lucky.messages.size() == 1);
    for (int i = 0; i < 8; ++i) unlucky.send(Bytes(100, 'x'));
    CHECK(unlucky.send(framed(message(1))) == SegmentFate::kNotDns);
    CHECK(unlucky.messages.empty());
}

TEST_CASE("where anything may come, a first message that is never complete is not given") {
    Direction d({}, Expectation::kAnything);
    d.open();
    const Bytes cut = framed(message(1, 3000));
    d.send({cut.begin(), cut.begin() + 1000});
    d.finish();
    CHECK(d.messages.empty());
}

TEST_CASE("a zone transfer needs no more memory than its largest message") {
    Direction d;
    d.open();
    std::size_t most = 0;
    for (std::uint16_t i = 0; i < 2000; ++i) {
        const Bytes m = framed(message(i, 16000));
        for (std::size_t at = 0; at < m.size(); at += 1448) {
            const std::size_t end = std::min(at + 1448, m.size());
            d.send(Bytes(m.begin() + static_cast<std::ptrdiff_t>(at), m.begin() + static_cast<std::ptrdiff_t>(end)));
            most = std::max(most, d.streams.bytes_held());
        }
        d.messages.resize(std::min<std::size_t>(d.messages.size(), 1));
    }
    CHECK(d.flags.size() == 2000);
    CHECK(most <= 16002);
}

TEST_CASE("flows and bytes are bounded, the oldest goes first") {
    Direction d({.flows = 100, .bytes = 50'000});
    const auto on_flow = [&d](std::uint16_t port) { d.flow.source.port = port, d.next = 1000; };
    const Bytes part(1000, 0);
    for (std::uint16_t port = 1; port <= 300; ++port) {
        on_flow(port);
        d.open();
        Bytes begun = framed(message(port, 2000));
        begun.resize(1000);
        d.send(begun);
        REQUIRE(d.streams.flows() <= 100);
        REQUIRE(d.streams.bytes_held() <= 50'000);
    }
    CHECK(d.streams.losses().evicted_flows == 250);
    CHECK(d.streams.losses().bytes_lost == 250'000);
    on_flow(300);
    d.next += 1000;
    d.send(Bytes(1002, 0xaa)); // the youngest is still whole
    CHECK(d.messages.size() == 1);
}

TEST_CASE("a flood of SYNs costs no stream that holds something") {
    Direction d({.flows = 100});
    d.open();
    const Bytes whole = framed(message(1));
    d.send(Bytes(whole.begin(), whole.begin() + 20));
    const std::uint32_t next = d.next;
    for (std::uint16_t port = 1; port <= 1000; ++port) {
        d.flow.source.port = port;
        d.at(5, {}, {.syn = true});
    }
    d.flow.source.port = 40000;
    d.at(next, Bytes(whole.begin() + 20, whole.end()));
    CHECK(d.messages == std::vector<Bytes>{message(1)});
    CHECK(d.streams.losses().evicted_flows == 0);
}

} // namespace
} // namespace dnsmon
