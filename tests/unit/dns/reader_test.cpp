// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "dns/reader.h"
#include "wire.h"

using namespace dnsmon::dns;
using dnsmon::dns::test::hex;
using dnsmon::dns::test::Octets;

TEST_CASE("numbers are big-endian and in order") {
    const Octets wire = hex("01 0203 04050607 08090a0b0c0d 02 aabb ff");
    Reader in(wire);
    CHECK(in.u8() == 1);
    CHECK(in.u16() == 0x0203);
    CHECK(in.u32() == 0x04050607);
    CHECK(in.uint(6) == 0x08090a0b0c0d);
    CHECK(in.counted().size() == 2);
    CHECK(in.remaining() == 1);
    CHECK(in.rest().front() == 0xff);
    CHECK(in.ok());
    CHECK(in.at_end());
}

TEST_CASE("a read past the end fails, sticks and yields zeros") {
    const Octets wire = hex("01 02 03");
    Reader in(wire);
    CHECK(in.u8() == 1);
    CHECK(in.u32() == 0);
    CHECK_FALSE(in.ok());
    CHECK(in.at_end());
    CHECK(in.u8() == 0);
    CHECK(in.take(1).empty());
    CHECK_FALSE(in.ok());

    Reader counted(wire, 1, 2); // says two, has one
    CHECK(counted.counted().empty());
    CHECK_FALSE(counted.ok());
}

TEST_CASE("nothing is at the end and may be taken") {
    Reader in{Bytes{}};
    CHECK(in.take(0).empty());
    CHECK(in.rest().empty());
    CHECK(in.ok());
}

TEST_CASE("a window is cut to the wire, offsets stay absolute") {
    const Octets wire = hex("00 01 02 03 04");
    Reader in(wire, 2, 2);
    CHECK(in.offset() == 2);
    CHECK(in.u8() == 2);
    in.skip_to(4);
    CHECK(in.ok());
    CHECK(in.at_end());
    CHECK(Reader(wire, 3, 100).remaining() == 2);
    CHECK(Reader(wire, 100, 100).remaining() == 0);
    CHECK(Reader(wire, 1, ~std::size_t{0}).remaining() == 4);

    Reader beyond(wire, 2, 2);
    beyond.skip_to(5);
    CHECK_FALSE(beyond.ok());
    Reader back(wire, 2, 2);
    back.skip_to(1);
    CHECK_FALSE(back.ok());
}
