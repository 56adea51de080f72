// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "dns/message.h"
#include "wire.h"

#include <algorithm>
#include <random>

using namespace dnsmon::dns;
using namespace dnsmon::dns::test;

namespace {

struct Sample {
    const char* what;
    Octets wire;
};

const Octets kAddress = {192, 0, 2, 1};

Octets random_octets(std::mt19937& random, std::size_t size) {
    Octets out(size);
    for (std::uint8_t& octet : out) octet = static_cast<std::uint8_t>(random());
    return out;
}

std::vector<Sample> dns_messages() {
    return {
        {"query", Wire().header(kQuery, 1).question("www.example.com", 1).octets()},
        {"query with EDNS", Wire()
                                .header(kQuery, 1, 0, 0, 1)
                                .question("www.example.com", 65)
                                .name("")
                                .record(41, 1232, 0, hex("000a 0008 0102030405060708"))
                                .octets()},
        {"root NS", Wire().header(0, 1).question("", 2).octets()},
        {"CHAOS version", Wire().header(kQuery, 1).question("version.bind", 16, 3).octets()},
        {"ANY", Wire().header(kQuery, 1).question("example.com", 255, 255).octets()},
        {"AXFR", Wire().header(0, 1).question("example.com", 252).octets()},
        {"answer",
         Wire().header(kResponse, 1, 1).question("www.example.com", 1).pointer(12).record(1, 1, 60, kAddress).octets()},
        {"AXFR's later message", Wire().header(0x8400, 0, 1).name("example.com").record(1, 1, 60, kAddress).octets()},
        {"NXDOMAIN", Wire().header(0x8183, 1).question("nx.example", 28).octets()},
        {"SERVFAIL with EDE", Wire()
                                  .header(0x8182, 1, 0, 0, 1)
                                  .question("a", 1)
                                  .name("")
                                  .record(41, 1232, 0, hex("000f 0002 0016"))
                                  .octets()},
        {"NOTIFY", Wire().header(0x2400, 1).question("example.com", 6).octets()},
        {"UPDATE", Wire().header(0x2800, 1, 0, 1).question("example.com", 6).name("a").record(1, 255, 0, {}).octets()},
        {"mDNS response", Wire().header(0x8400, 0, 1).name("host.local").record(1, 0x8001, 120, kAddress).octets()},
        {"mDNS query", Wire().header(0, 2).question("_http._tcp.local", 12, 0x8001).question("a.local", 255).octets()},
        {"odd padding behind a question (dnscrypt-proxy)", Wire()
                                                               .header(kQuery, 1, 0, 0, 1)
                                                               .question("2.dnscrypt-cert.example", 16)
                                                               .name("")
                                                               .record(0, 0, 0, Octets(30, 0))
                                                               .octets()},
        {"SRV of a service with a long name", Wire().header(kQuery, 1).question("an-instance-name-of-32-octets--xx._http._tcp.local", 33).octets()},
        {"private type", Wire().header(kQuery, 1).question("example.net", 65534).octets()},
    };
}

std::vector<Sample> other_protocols() {
    std::mt19937 random(7);
    const auto then = [&](const char* start, std::size_t size) {
        Octets out = hex(start);
        const Octets rest = random_octets(random, size - out.size());
        out.insert(out.end(), rest.begin(), rest.end());
        return out;
    };
    const auto text = [](const char* line) { return Wire().text(line).octets(); };
    return {
        {"nothing", {}},
        {"zeros", Octets(64, 0)},
        {"ones", Octets(64, 0xff)},
        {"QUIC initial", then("c3 00000001 08", 1200)},
        {"QUIC short header", then("43", 60)},
        {"RTP", then("80 60 0001 00000000 12345678", 172)},
        {"RTCP", hex("80c80006 12345678 e0000000 00000000 00000000 00000000 00000000")},
        {"STUN binding request", hex("0001 0000 2112a442 000102030405060708090a0b")},
        {"STUN with attributes", hex("0001 0008 2112a442 000102030405060708090a0b 80220004 61626364")},
        {"NTP client", Wire().bytes(hex("1b")).bytes(Octets(47, 0)).octets()},
        {"NTP server", hex("240206e9 00000b1a 00000e5f c0000201 e5e1d7c3 8e3d1c00 e5e1d9d1 00000000 e5e1d9d1 12345678 "
                           "e5e1d9d1 12349abc")},
        {"SNMP get",
         hex("3029 020100 0406 7075626c6963 a01c 0204 12345678 020100 020100 300e 300c 0608 2b06010201010100 0500")},
        {"NBNS query",
         Wire().header(0x0110, 1).label("FHEPFCELEHFCEPFFFACACACACACACABL").u8(0).u16(32).u16(1).octets()},
        {"NBNS status", Wire().header(0, 1).label("CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").u8(0).u16(33).u16(1).octets()},
        {"NBNS query with a wrong octet",
         Wire().header(0x0110, 1).label("FHEPFCELEHFCEPFFFACACACACACACASL").u8(0).u16(32).u16(1).octets()},
        {"NBNS query with a scope", Wire()
                                        .header(0x0110, 1)
                                        .label("FHEPFCELEHFCEPFFFACACACACACACABL")
                                        .name("scope")
                                        .u16(32)
                                        .u16(1)
                                        .octets()},
        {"NBNS answer", Wire()
                            .header(0x8580, 0, 1)
                            .label("FHEPFCELEHFCEPFFFACACACACACACABL")
                            .u8(0)
                            .record(32, 1, 300, hex("0000 c0000201"))
                            .octets()},
        {"WireGuard initiation", then("01000000 11223344", 148)},
        {"WireGuard data", then("04000000 11223344 0100000000000000", 96)},
        {"BitTorrent DHT", text("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe")},
        {"uTP", then("4100 1234 12345678", 20)},
        {"TFTP", Wire().u16(1).text("file").u8(0).text("octet").u8(0).octets()},
        {"syslog", text("<34>Oct 11 22:14:15 host su: 'su root' failed for user on /dev/pts/8")},
        {"SSDP", text("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n")},
        {"SIP", text("OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c\r\n\r\n")},
        {"DHCP", Wire()
                     .bytes(hex("01010600 12345678 00000000"))
                     .bytes(Octets(228, 0))
                     .bytes(hex("63825363 350101 ff"))
                     .octets()},
        {"RADIUS", then("01 2a 0014", 20)},
        {"ISAKMP", then("1122334455667788 0000000000000000 01100200 00000000 000000dc", 220)},
        {"CoAP", hex("4001 7d34 bb74656d7065726174757265")},
        {"Kerberos AS-REQ", then("6a81b030 81ada103 020105a2 0302010a", 180)},
        {"OpenVPN reset", Wire().bytes(hex("38")).bytes(random_octets(random, 8)).u8(0).u32(0).octets()},
        {"DTLS hello", then("16fefd 0000 000000000000 0090 01000084 0000 000000000084 fefd", 157)},
        {"DTLS alert", hex("15fefd 0001 000000000001 0002 0100")},
        {"Source query", Wire().u32(0xffffffff).text("TSource Engine Query").u8(0).octets()},
        {"RakNet ping", hex("01 0000000000012345 00ffff00fefefefefdfdfdfd12345678 0011223344556677")},
        {"GTP echo", hex("3201 0004 00000000 0001 0000")},
        {"DNS in VXLAN", Wire()
                             .bytes(hex("08000000 00000500 0200 0000 0001 0200 0000 0002 0800 4500 0039 0001 0000 4011 0000 c0000201"
                                        "c0000202 9c40 0035 0025 0000"))
                             .header(kQuery, 1)
                             .question("www.example", 1)
                             .octets()},
        {"L2TP control", hex("c802 000c 0001 0000 0000 0001")},
        {"NAT-PMP", hex("0001 0000 1234 1234 00000e10")},
        {"DHCPv6 solicit", hex("01123456 0001 000e 000100011c39cf88080027fe8f95 0006 0004 00170018 0008 0002 0000")},
        {"PTP sync", hex("0002 002c 0000 0200 0000000000000000 00000000 001d7ffffe80024a 0001 0566 00fd 00004a312e4f 00000000")},
        {"BFD", hex("20c80318 00000001 00000000 000f4240 000f4240 00000000")},
        {"HSRP", hex("0000 1003 0a780100 636973636f000000 c0a80101")},
        {"RIP", hex("02020000 00020000 c0a80100 ffffff00 00000000 00000001")},
        {"NetFlow", then("0005 0001 00000001 63000000 00000000 00000001 00000000", 72)},
        {"memcached", Wire().u16(7).u16(0).u16(1).u16(0).text("get some_key\r\n").octets()},
    };
}

} // namespace

TEST_CASE("messages of DNS software are DNS, also where nothing speaks for it") {
    for (const Sample& sample : dns_messages()) {
        INFO(sample.what);
        CHECK(looks_like_dns(sample.wire, Hint::kNothing));
        CHECK(looks_like_dns(sample.wire, Hint::kStream));
    }
}

TEST_CASE("other protocols are not found by content") {
    for (const Sample& sample : other_protocols()) {
        INFO(sample.what);
        CHECK_FALSE(looks_like_dns(sample.wire, Hint::kNothing));
    }
}

TEST_CASE("on DNS's own port: damaged messages pass, other protocols do not") {
    const Sample damaged[] = {
        {"a bare error", Wire().header(0x8181, 0).octets()},
        {"a STATUS probe", Wire().header(0x1000, 0).octets()},
        {"DSO", Wire().header(0x3000, 0).u16(1).u16(8).u32(1).u32(1).octets()},
        {"a pointer loop", Wire().header(kQuery, 1).pointer(12).u16(1).u16(1).octets()},
        {"a name that is cut", Wire().header(kQuery, 1).text("\3ab").octets()},
        {"cut behind its question", Wire().header(kResponse, 1, 13, 4, 8).question("www.example.com", 1).octets()},
        {"an odd class", Wire().header(kQuery, 1).question("www.example.com", 1, 4711).octets()},
        {"rubbish behind a query", Wire().header(kQuery, 1).question("a", 1).text("rubbish").octets()},
        {"NetBIOS sent to it",
         Wire().header(0x0110, 1).label("FHEPFCELEHFCEPFFFACACACACACACABL").u8(0).u16(32).u16(1).octets()},
    };
    for (const Sample& sample : damaged) {
        INFO(sample.what);
        CHECK(looks_like_dns(sample.wire, Hint::kStream));
        CHECK_FALSE(looks_like_dns(sample.wire, Hint::kNothing));
    }
    // What a TCP stream's first "message" is when its first two octets are taken for a length.
    std::mt19937 random(3);
    const Octets hello = random_octets(random, 300);
    const Sample others[] = {
        {"TLS", Wire().bytes(hex("01 0100 01 0000fc 0303")).bytes(hello).octets()},
        {"HTTP", Wire().text("T / HTTP/1.1\r\nHost: example.com\r\nUser-Agent: a\r\n\r\n").octets()},
        {"HTTP POST", Wire().text("ST /dns-query HTTP/1.1\r\nHost: example.com\r\n\r\n").octets()},
        {"SSH", Wire().text("H-2.0-OpenSSH_9.2p1 Debian-2\r\n").octets()},
        {"SMTP", Wire().text("LO mail.example.com\r\n").octets()},
        {"zeros", Octets(64, 0)},
        {"ones", Octets(64, 0xff)},
    };
    for (const Sample& sample : others) {
        INFO(sample.what);
        CHECK_FALSE(looks_like_dns(sample.wire, Hint::kStream));
    }
}

TEST_CASE("a datagram on DNS's port: what counts and walks as a message is one, whatever its header says") {
    const auto both = [](const Octets& wire) {
        return std::pair(looks_like_dns(wire, Hint::kStream), looks_like_dns(wire, Hint::kDatagram));
    };
    const std::pair only_datagram(false, true);
    CHECK(both(Wire().header(0x7800, 1).question("www.example.com", 1).octets()) == only_datagram); // OPCODE15
    CHECK(both(Wire().header(0x1900, 1).question("www.example.com", 1).octets()) == only_datagram); // OPCODE3
    CHECK(both(Octets(64, 0)) == only_datagram);
    CHECK(both(Octets(64, 0xff)) == std::pair(false, false));
    CHECK(both(Wire().header(0x7800, 0).octets()) == std::pair(false, false)); // DTLS has zeros there, too
    CHECK(both(Wire().header(0xf804, 0).octets()) == only_datagram);                 // NOTIMP for OPCODE15
    CHECK(both(Wire().header(0xf804, 0).label("x").octets()) == std::pair(false, false));
    CHECK(both(Wire().header(0x7800, 2).question("www.example.com", 1).octets()) == std::pair(false, false));
    // The first fragment of a datagram whose others are not in the capture.
    const Octets head = Wire().header(0x8400, 1, 2, 5, 16).label("sa").label("www4").text("\3go").octets();
    CHECK_FALSE(looks_like_dns(head, Hint::kDatagram));
    CHECK(looks_like_dns(head, Hint::kCutDatagram));
}

TEST_CASE("strict: one thing wrong is enough") {
    const auto answer = [](unsigned flags, unsigned type, unsigned klass, const Octets& rdata) {
        return Wire()
            .header(flags, 1, 1)
            .question("www.example.com", 1)
            .pointer(12)
            .record(type, klass, 60, rdata)
            .octets();
    };
    REQUIRE(looks_like_dns(answer(kResponse, 1, 1, kAddress), Hint::kNothing));
    CHECK_FALSE(looks_like_dns(answer(kResponse | 0x0040, 1, 1, kAddress), Hint::kNothing)); // Z
    CHECK_FALSE(looks_like_dns(answer(kResponse | 0x1000, 1, 1, kAddress), Hint::kNothing)); // STATUS
    CHECK_FALSE(looks_like_dns(answer(kResponse | 0x000c, 1, 1, kAddress), Hint::kNothing)); // RCODE12
    const auto alone = [](unsigned type, unsigned klass) { // no question vouches for it
        return Wire().header(kResponse, 0, 1).name("www.example.com").record(type, klass, 60, kAddress).octets();
    };
    REQUIRE(looks_like_dns(alone(1, 1), Hint::kNothing));
    for (const auto& [type, klass] : {std::pair(0U, 1U), {300U, 1U}, {1U, 7U}, {1U, 0x8003U}}) {
        CHECK_FALSE(looks_like_dns(alone(type, klass), Hint::kNothing));
        CHECK(looks_like_dns(answer(kResponse, type, klass, kAddress), Hint::kNothing));
    }
    CHECK_FALSE(looks_like_dns(answer(kResponse, 1, 1, Octets(5, 0)), Hint::kNothing));
    CHECK_FALSE(looks_like_dns(answer(kResponse, 41, 1232, hex("000a 0008 01")), Hint::kNothing)); // an option that runs out
    CHECK_FALSE(looks_like_dns(Wire().bytes(answer(kResponse, 1, 1, kAddress)).u8(0).octets(), Hint::kNothing));
    CHECK_FALSE(looks_like_dns(Wire().header(kQuery | 3, 1).question("a", 1).octets(), Hint::kNothing)); // a query with an rcode
}

TEST_CASE("a million random datagrams give no event, cut real ones no crash") {
    std::mt19937 random(20261123);
    unsigned strict = 0;
    unsigned loose = 0;
    Octets datagram;
    for (int i = 0; i < 1000000; ++i) {
        datagram.resize(random() % 100);
        for (std::uint8_t& octet : datagram) octet = static_cast<std::uint8_t>(random());
        strict += looks_like_dns(datagram, Hint::kNothing);
        loose += looks_like_dns(datagram, Hint::kDatagram);
    }
    CHECK(strict == 0);
    CHECK(loose < 1000);
    // The same behind the header of an ordinary query or answer: what other protocols' zeros and small numbers look like.
    for (int i = 0; i < 100000; ++i) {
        datagram = Wire().header(i % 2 != 0 ? kQuery : kResponse, 1, 0, 0, random() % 2).octets();
        datagram.resize(kHeaderBytes + random() % 60);
        std::generate(datagram.begin() + kHeaderBytes, datagram.end(), [&] { return static_cast<std::uint8_t>(random()); });
        strict += looks_like_dns(datagram, Hint::kNothing);
    }
    CHECK(strict == 0);
    for (const Sample& sample : dns_messages())
        for (std::size_t size = 0; size < sample.wire.size(); ++size) {
            const Octets cut(sample.wire.begin(), sample.wire.begin() + static_cast<std::ptrdiff_t>(size));
            CHECK_FALSE(looks_like_dns(cut, Hint::kNothing));
        }
}
