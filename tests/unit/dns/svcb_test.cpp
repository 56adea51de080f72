// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "wire.h"

using namespace dnsmon::dns::test;

namespace {

Wire service(unsigned priority, const char* target) {
    return Wire().u16(priority).name(target);
}

Octets with(unsigned key, const Octets& value) {
    return service(1, "").u16(key).u16(static_cast<unsigned>(value.size())).bytes(value).octets();
}

bool refused(const Octets& rdata) {
    return rdata_text(64, rdata).substr(0, 3) == "\\# ";
}

} // namespace

TEST_CASE("RFC 9460's test vectors (appendix D)") {
    CHECK(rdata_text(65, service(0, "foo.example.com").octets()) == "0 foo.example.com");
    CHECK(rdata_text(64, service(1, "").octets()) == "1 .");
    CHECK(rdata_text(64, service(16, "foo.example.com").u16(3).u16(2).u16(53).octets()) ==
          "16 foo.example.com port=\"53\"");
    CHECK(rdata_text(64, service(1, "foo.example.com").u16(667).u16(5).text("hello").octets()) ==
          "1 foo.example.com key667=\"hello\"");
    CHECK(rdata_text(64, service(1, "foo.example.com").u16(667).u16(9).bytes(hex("68656c6c6fd2716f6f")).octets()) ==
          "1 foo.example.com key667=\"hello\\210qoo\"");
    CHECK(rdata_text(64, service(1, "foo.example.com")
                             .u16(6)
                             .u16(32)
                             .bytes(hex("20010db8000000000000000000000001 20010db8000000000000000000530001"))
                             .octets()) == "1 foo.example.com ipv6hint=\"2001:db8::1,2001:db8::53:1\"");
    CHECK(rdata_text(64, service(16, "foo.example.org")
                             .u16(0)
                             .u16(4)
                             .u16(1)
                             .u16(4)
                             .u16(1)
                             .u16(9)
                             .label("h2")
                             .label("h3-19")
                             .u16(4)
                             .u16(4)
                             .bytes({192, 0, 2, 1})
                             .octets()) ==
          "16 foo.example.org mandatory=\"alpn,ipv4hint\" alpn=\"h2,h3-19\" ipv4hint=\"192.0.2.1\"");
    CHECK(rdata_text(64, service(16, "foo.example.org").u16(1).u16(12).label("f\\oo,bar").label("h2").octets()) ==
          "16 foo.example.org alpn=\"f\\\\\\\\oo\\\\,bar,h2\"");
}

TEST_CASE("every SvcParam by name") {
    CHECK(rdata_text(65, service(1, "").u16(1).u16(3).label("h2").u16(2).u16(0).octets()) ==
          "1 . alpn=\"h2\" no-default-alpn");
    CHECK(rdata_text(65, with(5, Wire().text("foo").octets())) == "1 . ech=\"Zm9v\"");
    CHECK(rdata_text(65, with(7, Wire().text("/dns-query{?dns}").octets())) == "1 . dohpath=\"/dns-query{?dns}\"");
    CHECK(rdata_text(65, with(8, {})) == "1 . ohttp");
    CHECK(rdata_text(65, with(9, hex("001d 0017"))) == "1 . tls-supported-groups=\"29,23\"");
    CHECK(rdata_text(65, with(10, Wire().label("dns").octets())) == "1 . docpath=\"dns\"");
    CHECK(rdata_text(65, with(10, {})) == "1 . docpath");
    CHECK(rdata_text(65, with(11, {})) == "1 . pvd");
    CHECK(rdata_text(65, with(13, {})) == "1 . key13");
    CHECK(rdata_text(65, with(65280, {})) == "1 . key65280");
    CHECK(rdata_text(65, with(65280, hex("22 5c 0a"))) == "1 . key65280=\"\\\"\\\\\\010\"");
    CHECK(rdata_text(65, with(0, hex("029a"))) == "1 . mandatory=\"key666\"");
}

TEST_CASE("octets of an ALPN id are escaped once as a list and once as a string") {
    CHECK(rdata_text(65, with(1, Wire().label("a\"b").octets())) == "1 . alpn=\"a\\\"b\"");
    CHECK(rdata_text(65, with(1, Wire().label(std::string(1, '\x01')).octets())) == "1 . alpn=\"\\001\"");
}

TEST_CASE("malformed parameters") {
    CHECK(refused(with(0, {})));
    CHECK(refused(with(0, hex("00"))));
    CHECK(refused(with(1, {})));
    CHECK(refused(with(1, hex("00"))));
    CHECK(refused(with(1, hex("03 6832"))));
    CHECK(refused(with(2, hex("00"))));
    CHECK(refused(with(3, hex("35"))));
    CHECK(refused(with(3, hex("000035"))));
    CHECK(refused(with(4, {})));
    CHECK(refused(with(4, hex("c00002"))));
    CHECK(refused(with(6, hex("20010db8"))));
    CHECK(refused(with(8, hex("00"))));
    CHECK(refused(service(1, "").u16(3).u16(9).u16(53).octets()));                       // longer than the rdata
    CHECK(refused(service(1, "").u16(3).octets()));                                      // no length
    CHECK(refused(service(1, "").u16(3).u16(2).u16(53).u16(3).u16(2).u16(53).octets())); // twice
    CHECK(refused(service(1, "").u16(3).u16(2).u16(53).u16(2).u16(0).octets()));         // out of order
    CHECK(refused(hex("00")));
}
