// SPDX-License-Identifier: Apache-2.0
// Keys, signatures, denial of existence, transaction signatures.
#include "catch.h"
#include "wire.h"

using namespace dnsmon::dns::test;

namespace {

/// "DNS" labels and the root, then `bitmap`.
Octets nsec(const Octets& bitmap) {
    return Wire().name("host.example.com").bytes(bitmap).octets();
}

} // namespace

TEST_CASE("keys and digests") {
    const Octets key = Wire().u16(257).u8(3).u8(8).text("foo").octets();
    for (const unsigned type : {25U, 48U, 57U, 60U}) CHECK(rdata_text(type, key) == "257 3 8 Zm9v");
    CHECK(rdata_text(60, hex("0000 03 00 00")) == "0 3 0 AA=="); // RFC 8078: delete
    for (const unsigned type : {43U, 59U, 32768U, 32769U})
        CHECK(rdata_text(type, hex("ec45 05 01 2bb183af")) == "60485 5 1 2bb183af");
    CHECK(rdata_text(59, hex("0000 00 00 00")) == "0 0 0 00");
}

TEST_CASE("signatures: type, dates in UTC, signer") {
    const Wire signature = Wire().u16(1).u8(5).u8(3).u32(86400).u32(1048354263).u32(1045762263).u16(2642);
    const Octets rdata = Wire().bytes(signature.octets()).name("example.com").text("foo").octets();
    for (const unsigned type : {24U, 46U}) // RFC 4034 3.3's own example
        CHECK(rdata_text(type, rdata) == "A 5 3 86400 20030322173103 20030220173103 2642 example.com Zm9v");
    const auto date = [](std::uint32_t seconds) {
        const Octets dated = Wire().u16(65280).u8(1).u8(0).u32(0).u32(seconds).u32(0).u16(0).name("").u8(0).octets();
        const std::string text = rdata_text(46, dated);
        return text.substr(16, 14);
    };
    CHECK(date(0) == "19700101000000");
    CHECK(date(951782399) == "20000228235959");
    CHECK(date(951782400) == "20000229000000");
    CHECK(date(951868800) == "20000301000000");
    CHECK(date(2147483648U) == "20380119031408");
    CHECK(date(4107542399U) == "21000228235959"); // 2100 is no leap year
    CHECK(date(4107542400U) == "21000301000000");
    CHECK(date(4294967295U) == "21060207062815");
}

TEST_CASE("type bitmaps") {
    CHECK(rdata_text(47, nsec(hex("00 06 40 01 00 00 00 03"))) == "host.example.com A MX RRSIG NSEC");
    CHECK(rdata_text(47,
                     nsec(hex("00 01 40 04 1b 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "
                              "00 00 20"))) == "host.example.com A TYPE1234"); // RFC 4034 4.3
    CHECK(rdata_text(47, nsec({})) == "host.example.com");
    CHECK(rdata_text(47, nsec(hex("00 01 80"))) == "host.example.com TYPE0");
    CHECK(rdata_text(47, nsec(hex("80 01 c0"))) == "host.example.com TA DLV");
    const Octets all = Wire().u8(0).u8(32).bytes(Octets(32, 0xff)).octets();
    CHECK(rdata_text(47, nsec(all)).size() > 1000);
    for (const char* wrong : {"00 00", "00 21", "00 02 40", "01 01 40 00 01 40", "00 01 40 00 01 40"}) {
        INFO(wrong);
        CHECK(rdata_text(47, nsec(hex(wrong))).substr(0, 3) == "\\# ");
    }
    CHECK(rdata_text(62, hex("00000042 0003 00 04 60000008")) == "66 3 A NS AAAA"); // RFC 7477 2.1.2
    CHECK(rdata_text(62, hex("00000042 0000")) == "66 0");
    CHECK(rdata_text(30, Wire().name("a").bytes(hex("40 00 80")).octets()) == "a A TXT");
    CHECK(rdata_text(30, Wire().name("a").bytes(hex("c0")).octets()).substr(0, 3) == "\\# ");
    CHECK(rdata_text(30, Wire().name("a").bytes(Octets(17, 0)).octets()).substr(0, 3) == "\\# ");
}

TEST_CASE("NSEC3 and its parameters") {
    CHECK(rdata_text(50, hex("01 01 000c 04 aabbccdd 0a 174eb2409fe28bcb4887a1836f957f0a8425e27b 00 01 40"))
              .substr(0, 3) == "\\# "); // the hash is cut: what follows is no bitmap
    CHECK(rdata_text(50,
                     hex("01 01 000c 04 aabbccdd 14 174eb2409fe28bcb4887a1836f957f0a8425e27b 00 07 22010000000002 90"))
              .substr(0, 3) == "\\# ");
    CHECK(
        rdata_text(
            50, hex("01 01 000c 04 aabbccdd 14 174eb2409fe28bcb4887a1836f957f0a8425e27b 00 07 22 01 00 00 00 02 90")) ==
        "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG DNSKEY NSEC3PARAM"); // RFC 5155 appendix A
    CHECK(rdata_text(50, hex("01 00 0000 00 01 ff")) == "1 0 0 - vs");
    CHECK(rdata_text(50, hex("01 00 0000 00 00")).substr(0, 3) == "\\# ");
    CHECK(rdata_text(51, hex("01 00 000c 04 aabbccdd")) == "1 0 12 aabbccdd");
    CHECK(rdata_text(51, hex("01 00 0000 00")) == "1 0 0 -");
}

TEST_CASE("TSIG and TKEY") {
    const auto tsig = [](unsigned error, const char* other) {
        return Wire()
            .name("hmac-sha256")
            .bytes(hex("0000 5f5e1000"))
            .u16(300)
            .u16(3)
            .text("foo")
            .u16(4660)
            .u16(error)
            .u16(static_cast<unsigned>(hex(other).size()))
            .bytes(hex(other))
            .octets();
    };
    CHECK(rdata_text(250, tsig(0, ""), 255) == "hmac-sha256 1600000000 300 3 Zm9v 4660 NOERROR 0");
    CHECK(rdata_text(250, tsig(16, ""), 255) == "hmac-sha256 1600000000 300 3 Zm9v 4660 BADSIG 0");
    CHECK(rdata_text(250, tsig(18, "00005f5e1001"), 255) ==
          "hmac-sha256 1600000000 300 3 Zm9v 4660 BADTIME 6 AABfXhAB");
    CHECK(rdata_text(250, tsig(3841, ""), 255) == "hmac-sha256 1600000000 300 3 Zm9v 4660 3841 0");
    const Wire tkey = Wire().name("gss-tsig").u32(1).u32(2).u16(3).u16(0);
    CHECK(rdata_text(249, Wire().bytes(tkey.octets()).u16(3).text("foo").u16(0).octets(), 255) ==
          "gss-tsig 1 2 3 0 Zm9v");
    CHECK(rdata_text(249, Wire().bytes(tkey.octets()).u16(0).u16(0).octets(), 255) == "gss-tsig 1 2 3 0");
    CHECK(rdata_text(249, Wire().bytes(tkey.octets()).u16(9).u16(0).octets(), 255).substr(0, 3) == "\\# ");
}
