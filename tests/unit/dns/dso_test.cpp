// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "dns/dso.h"
#include "wire.h"

using namespace dnsmon::dns;
using namespace dnsmon::dns::test;

namespace {

std::string tlvs(const Octets& wire) {
    std::string out;
    for_each_dso_tlv(wire, [&](std::uint16_t type, Bytes value) {
        append_dso_type(out, type);
        out.append("/").append(std::to_string(value.size())).push_back(' ');
    });
    return out;
}

} // namespace

TEST_CASE("TLVs fill what is behind the header") {
    const Wire keepalive = Wire().header(0x3000, 0).u16(1).u16(8).u32(15000).u32(15000);
    const Wire padded = Wire().bytes(keepalive.octets()).u16(3).u16(2).u16(0).u16(0xf801).u16(0);
    CHECK(dso_tlvs_fit(keepalive.octets()));
    CHECK(tlvs(keepalive.octets()) == "KEEPALIVE/8 ");
    CHECK(dso_tlvs_fit(padded.octets()));
    CHECK(tlvs(padded.octets()) == "KEEPALIVE/8 ENCRYPTION-PADDING/2 DSO63489/0 ");
    CHECK(dso_tlvs_fit(Wire().header(0x3000, 0).octets()));
}

TEST_CASE("a TLV that is cut ends the list") {
    const Wire cut = Wire().header(0x3000, 0).u16(2).u16(4).u32(1).u16(1).u16(9).u8(0);
    CHECK_FALSE(dso_tlvs_fit(cut.octets()));
    CHECK(tlvs(cut.octets()) == "RETRY-DELAY/4 ");
    CHECK_FALSE(dso_tlvs_fit(Wire().header(0x3000, 0).u16(1).octets()));
    CHECK(tlvs(Octets(5, 0)).empty());
}
