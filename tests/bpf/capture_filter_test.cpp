// SPDX-License-Identifier: Apache-2.0
// The socket filter itself, run by the kernel (BPF_PROG_TEST_RUN) over packets made here: what is taken, refused, cut.
#include "catch.h"
#include "packet_builder.h"
#include "probe/ring_reader.h"
#include "probe/skeletons.h"
#include "sandbox.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <optional>

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

struct Taken {
    Bytes bytes;
    std::uint32_t wire_bytes;
    std::uint16_t ethertype;
    Direction direction;
    std::uint32_t interface;
    std::uint16_t datagram_bytes;
};

/// The filter, loaded, and a device that packets seem to come from (on loopback only the outgoing pass is taken).
class Filter {
  public:
    explicit Filter(std::uint32_t limit_bytes = DNSMON_MAX_CAPTURE_BYTES, bool any_port = false) {
        enter_network_namespace();
        tap_ = make_tap("tap0", ifindex_);
        auto object = open_capture({53, 5353}, any_port, true, limit_bytes);
        REQUIRE(object);
        object_.emplace(std::move(object).value());
        if (const int error = object_->load(); error != 0) skip(system_error("loading", -error).message);
        program_ = ::bpf_program__fd(::bpf_object__find_program_by_name(object_->get(), "dnsmon_capture"));
        const bpf_map* map = ::bpf_object__find_map_by_name(object_->get(), "ring");
        ring_bytes_ = ::bpf_map__max_entries(map);
        auto ring = RingReader::open(::bpf_map__fd(map), ring_bytes_);
        REQUIRE(ring);
        ring_ = std::move(ring).value();
    }

    std::optional<Taken> run(const Bytes& frame, std::uint32_t gso_size = 0) {
        __sk_buff context{};
        context.gso_size = gso_size;
        context.ifindex = ifindex_;
        LIBBPF_OPTS(bpf_test_run_opts, options);
        options.data_in = frame.data();
        options.data_size_in = static_cast<std::uint32_t>(frame.size());
        options.ctx_in = &context;
        options.ctx_size_in = sizeof(context);
        REQUIRE(::bpf_prog_test_run_opts(program_, &options) == 0);
        CHECK(options.retval == 0); // nothing is ever queued on the socket
        std::optional<Taken> taken;
        int packets = 0;
        const auto drained = ring_->drain(
            [&](const Packet& p) {
                ++packets;
                taken = Taken{{p.bytes.begin(), p.bytes.end()}, p.wire_bytes, p.ethertype, p.direction, p.interface,
                              p.datagram_bytes};
            },
            1000);
        REQUIRE(drained);
        CHECK(packets == (taken ? 1 : 0));
        if (taken) CHECK(taken->interface == ifindex_);
        return taken;
    }

    [[nodiscard]] std::size_t ring_bytes() const { return ring_bytes_; }

  private:
    Fd tap_;
    std::size_t ring_bytes_ = 0;
    unsigned int ifindex_ = 0;
    std::optional<BpfObject> object_;
    std::unique_ptr<RingReader> ring_;
    int program_ = -1;
};

constexpr std::uint16_t kIp = 0x0800, kIp6 = 0x86dd, kVlan = 0x8100, kQinq = 0x88a8;
const Bytes kQuery = dns_query(0x1234);

Bytes v4_udp(std::uint16_t source, std::uint16_t destination) {
    return ipv4({}, udp(source, destination, kQuery));
}

Bytes v4_tcp(std::uint8_t flags, const Bytes& payload, std::size_t options = 0) {
    Ipv4 header;
    header.protocol = 6;
    return ipv4(header, tcp(40000, 53, flags, payload, options));
}

Bytes v4_fragment(std::uint16_t id, std::uint16_t fragment, const Bytes& payload) {
    Ipv4 header;
    header.id = id;
    header.fragment = fragment;
    return ipv4(header, payload);
}

} // namespace

TEST_CASE("packets on a DNS port are taken whole, from the network header on") {
    Filter filter;
    Ipv4 options;
    options.options = Bytes(40, 1);
    struct Row {
        const char* name;
        std::uint16_t ethertype;
        Bytes packet;
    };
    const Row rows[] = {
        {"query", kIp, v4_udp(40000, 53)},
        {"response", kIp, v4_udp(53, 40000)},
        {"second port of the list", kIp, v4_udp(5353, 5353)},
        {"IPv4 options", kIp, ipv4(options, udp(40000, 53, kQuery))},
        {"IPv6", kIp6, ipv6(17, udp(40000, 53, kQuery))},
        {"IPv6 hop-by-hop", kIp6, ipv6(0, extension(17, 0, udp(40000, 53, kQuery)))},
        {"IPv6 three extensions", kIp6,
         ipv6(0, extension(43, 2, extension(60, 1, extension(17, 0, udp(40000, 53, kQuery)))))},
        {"IPv6 atomic fragment", kIp6, ipv6(44, ipv6_fragment(17, 0, 7, udp(40000, 53, kQuery)))},
        {"IPv6 TCP", kIp6, ipv6(6, tcp(40000, 53, kAck, kQuery))},
        {"TCP SYN", kIp, v4_tcp(kSyn, {}, 20)},
        {"TCP FIN", kIp, v4_tcp(kFin | kAck, {})},
        {"TCP RST", kIp, v4_tcp(kRst, {})},
        {"TCP one byte without PSH", kIp, v4_tcp(kAck, {0}, 12)},
        {"empty UDP", kIp, ipv4({}, udp(40000, 53, {}))},
        {"1400 bytes", kIp, ipv4({}, udp(53, 40000, Bytes(1372, 7)))},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        const auto taken = filter.run(ethernet(row.ethertype, row.packet));
        REQUIRE(taken);
        CHECK(taken->bytes == row.packet);
        CHECK(taken->wire_bytes == row.packet.size());
        CHECK(taken->ethertype == row.ethertype);
        CHECK(taken->direction == Direction::kIngress);
    }
}

TEST_CASE("on any port DNS is taken by its header, other datagrams are not") {
    Filter filter(DNSMON_MAX_CAPTURE_BYTES, true);
    CHECK(filter.run(ethernet(kIp, v4_udp(40000, 8053))));
    CHECK(filter.run(ethernet(kIp6, ipv6(17, udp(40000, 8053, kQuery)))));
    CHECK(filter.run(ethernet(kIp, v4_udp(40000, 53))));
    Bytes z = kQuery, opcode = kQuery, counts = kQuery, rcode = kQuery;
    z[3] |= 0x40;
    opcode[2] |= 0x78;
    counts[5] = 3; // more questions than there is room for
    rcode[3] |= 3;
    for (const Bytes& other : {z, opcode, counts, rcode, Bytes(11, 0), Bytes(60, 0xff), Bytes(60, 0), Bytes{}})
        CHECK_FALSE(filter.run(ethernet(kIp, ipv4({}, udp(40000, 8053, other)))));
}

TEST_CASE("on any port a TCP flow is taken from the segment that begins with a message on") {
    Filter filter(DNSMON_MAX_CAPTURE_BYTES, true);
    Ipv4 header;
    header.protocol = 6;
    const auto segment = [&](std::uint16_t source, std::uint8_t flags, const Bytes& payload) {
        return filter.run(ethernet(kIp, ipv4(header, tcp(source, 8053, flags, payload, 12)))).has_value();
    };
    Bytes first{0, static_cast<std::uint8_t>(kQuery.size())};
    append(first, kQuery);
    CHECK_FALSE(segment(40000, kSyn, {}));
    CHECK_FALSE(segment(40000, kAck, Bytes(100, 'x')));
    CHECK(segment(40000, kAck | kPsh, first));
    CHECK(segment(40000, kAck, Bytes(100, 'x'))); // what follows belongs to it
    CHECK_FALSE(segment(40001, kAck, Bytes(100, 'x')));
    // A flow that holds no more messages is given up after a while.
    int taken = 0;
    while (taken < 10000 && segment(40000, kAck, Bytes(100, 'x'))) ++taken;
    CHECK(taken == 4095);
}

TEST_CASE("tags in the bytes are stepped over, one and two") {
    Filter filter;
    const Bytes packet = v4_udp(40000, 53);
    for (const auto& frame : {ethernet(kIp, packet, {kVlan}), ethernet(kIp, packet, {kQinq, kVlan})}) {
        const auto taken = filter.run(frame);
        REQUIRE(taken);
        CHECK(taken->bytes == packet);
        CHECK(taken->ethertype == kIp);
    }
    CHECK_FALSE(filter.run(ethernet(kIp, packet, {kVlan, kVlan, kVlan})));
}

TEST_CASE("every size of packet finds its class") {
    Filter filter;
    for (const std::size_t payload : {0U, 68U, 69U, 196U, 197U, 580U, 581U, 1476U, 1477U, 3000U}) {
        INFO(payload);
        const Bytes packet = ipv4({}, udp(53, 40000, Bytes(payload, 0x5a)));
        const auto taken = filter.run(ethernet(kIp, packet));
        REQUIRE(taken);
        CHECK(taken->bytes == packet);
    }
}

TEST_CASE("everything else is refused") {
    Filter filter;
    Ipv4 icmp;
    icmp.protocol = 1;
    Bytes version5 = v4_udp(40000, 53), short_header = v4_udp(40000, 53), v6_as_v4 = v4_udp(40000, 53);
    version5[0] = 0x55;
    short_header[0] = 0x44;
    Bytes endless = udp(40000, 53, kQuery);
    for (int i = 0; i < 7; ++i) endless = extension(static_cast<std::uint8_t>(i == 0 ? 17 : 60), 0, endless);
    struct Row {
        const char* name;
        std::uint16_t ethertype;
        Bytes packet;
    };
    const Row rows[] = {
        {"another port", kIp, v4_udp(40000, 443)},
        {"neighbours of the port", kIp, v4_udp(52, 54)},
        {"the port with its bytes swapped", kIp, v4_udp(40000, 0x3500)},
        {"ICMP", kIp, ipv4(icmp, udp(40000, 53, kQuery))},
        {"ARP", 0x0806, Bytes(46, 0)},
        {"bare TCP acknowledgement", kIp, v4_tcp(kAck, {})},
        {"bare TCP acknowledgement with options", kIp, v4_tcp(kAck, {}, 12)},
        {"version 5", kIp, version5},
        {"header length 16", kIp, short_header},
        {"IPv4 that claims to be IPv6", kIp6, v6_as_v4},
        {"IPv6 no next header", kIp6, ipv6(59, udp(40000, 53, kQuery))},
        {"IPv6 seven extensions", kIp6, ipv6(60, endless)},
        {"IPv6 extension beyond the end", kIp6, ipv6(0, {17, 200, 0, 0, 0, 0, 0, 0})},
        {"cut inside the ports", kIp, ipv4({}, {0x9c, 0x40, 0})},
        {"cut inside the TCP header", kIp, head(v4_tcp(kSyn, {}), 32)},
        {"cut inside the ports of IPv6", kIp6, ipv6(17, {0x9c, 0x40})},
    };
    for (const Row& row : rows) {
        INFO(row.name);
        CHECK_FALSE(filter.run(ethernet(row.ethertype, row.packet)));
    }
}

TEST_CASE("a bare acknowledgement is told from payload by the IP length, not by the frame's padding") {
    Filter filter;
    Bytes frame = ethernet(kIp, v4_tcp(kAck, {}));
    append(frame, Bytes(6, 0));
    CHECK_FALSE(filter.run(frame));
}

TEST_CASE("later fragments follow the verdict on their first") {
    Filter filter;
    constexpr std::uint16_t kMore = 0x2000;
    const Bytes first = udp(53, 40000, Bytes(64, 1));
    const Bytes other = udp(2049, 40000, Bytes(64, 1));
    CHECK(filter.run(ethernet(kIp, v4_fragment(1, kMore, first))));
    CHECK(filter.run(ethernet(kIp, v4_fragment(1, kMore | 9, Bytes(64, 2)))));
    CHECK(filter.run(ethernet(kIp, v4_fragment(1, 17, {3})))); // the last has one byte
    CHECK_FALSE(filter.run(ethernet(kIp, v4_fragment(2, kMore, other))));
    CHECK_FALSE(filter.run(ethernet(kIp, v4_fragment(2, 9, Bytes(64, 2)))));
    // Before its first: it may be DNS.
    CHECK(filter.run(ethernet(kIp, v4_fragment(3, 9, Bytes(64, 2)))));

    const Bytes v6_first = ipv6_fragment(17, 1, 0xabcdef01, first);
    const Bytes v6_later = ipv6_fragment(17, 9 << 3, 0xabcdef01, Bytes(8, 2));
    CHECK(filter.run(ethernet(kIp6, ipv6(44, v6_first))));
    CHECK(filter.run(ethernet(kIp6, ipv6(44, v6_later))));
    CHECK(filter.run(ethernet(kIp6, ipv6(60, extension(44, 0, v6_later)))));
    // An empty one crashed others.
    CHECK(filter.run(ethernet(kIp6, ipv6(44, ipv6_fragment(17, 9 << 3, 0xabcdef01, {})))));
}

TEST_CASE("a packet of several datagrams tells their size, a TCP segment that is cut later does not") {
    Filter filter;
    const Bytes datagrams(3 * kQuery.size(), 7);
    const auto size = static_cast<std::uint32_t>(kQuery.size());
    const auto taken = filter.run(ethernet(kIp, ipv4({}, udp(40000, 53, datagrams))), size);
    REQUIRE(taken);
    CHECK(taken->datagram_bytes == size);
    const auto alone = filter.run(ethernet(kIp, v4_udp(40000, 53)));
    REQUIRE(alone);
    CHECK(alone->datagram_bytes == 0);
    const auto stream = filter.run(ethernet(kIp, v4_tcp(kAck, datagrams)), size);
    REQUIRE(stream);
    CHECK(stream->datagram_bytes == 0);
}

TEST_CASE("what is longer than the limit is cut, marked by its length on the wire") {
    Filter filter(256);
    const Bytes packet = ipv4({}, udp(53, 40000, Bytes(1000, 9)));
    const auto taken = filter.run(ethernet(kIp, packet));
    REQUIRE(taken);
    CHECK(taken->bytes == head(packet, 256));
    CHECK(taken->wire_bytes == packet.size());
}

TEST_CASE("the ring is read through its end, over and over") {
    Filter filter;
    Bytes payload = kQuery;
    payload.resize(1200);
    std::uint16_t number = 0;
    for (std::size_t written = 0; written < 2 * filter.ring_bytes() + filter.ring_bytes() / 3; written += 1500) {
        payload[0] = static_cast<std::uint8_t>(++number >> 8);
        payload[1] = static_cast<std::uint8_t>(number);
        const Bytes packet = ipv4({}, udp(4000, 53, payload));
        const auto taken = filter.run(ethernet(kIp, packet));
        REQUIRE(taken);
        REQUIRE(taken->bytes == packet);
    }
}
