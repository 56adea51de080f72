// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "dns/message.h"
#include "wire.h"

#include <set>

using namespace dnsmon::dns;
using namespace dnsmon::dns::test;

namespace {

const Octets kAddress = {192, 0, 2, 1};

Wire answered() {
    return Wire().header(kResponse, 1, 1).question("www.example.com", 1);
}

} // namespace

TEST_CASE("the header's bits") {
    Message m;
    REQUIRE(decode(Wire().u16(0xabcd).u16(0xffff).u16(0).u16(0).u16(0).u16(0).octets(), m));
    CHECK(m.header.id == 0xabcd);
    CHECK(m.header.response);
    CHECK(m.header.opcode == 15);
    CHECK((m.header.aa && m.header.tc && m.header.rd && m.header.ra && m.header.z && m.header.ad && m.header.cd));
    CHECK(m.header.rcode == 15);
    struct Bit {
        unsigned flags;
        bool Header::*member;
    };
    const Bit bits[] = {{0x8000, &Header::response}, {0x0400, &Header::aa}, {0x0200, &Header::tc},
                        {0x0100, &Header::rd},       {0x0080, &Header::ra}, {0x0040, &Header::z},
                        {0x0020, &Header::ad},       {0x0010, &Header::cd}};
    for (const Bit& bit : bits) {
        decode(Wire().header(bit.flags, 0).octets(), m);
        for (const Bit& other : bits) CHECK(m.header.*other.member == (other.flags == bit.flags));
    }
}

TEST_CASE("questions and records in the order of the wire") {
    Wire wire;
    wire.header(kResponse, 1, 1, 1, 2).question("www.example.com", 1);
    const std::uint32_t answer = wire.size();
    wire.pointer(12).record(1, 1, 300, kAddress);
    wire.name("example.com").record(2, 1, 400, Wire().label("ns").pointer(16).octets());
    wire.name("").record(41, 1232, 0x00008000, {});
    wire.name("").record(250, 255, 0, {});
    Message m;
    REQUIRE(decode(wire.octets(), m));
    CHECK(m.error == DecodeError::kNone);
    REQUIRE(m.questions.size() == 1);
    CHECK(m.questions[0].name_offset == 12);
    CHECK(m.questions[0].type == 1);
    CHECK(m.questions[0].klass == 1);
    REQUIRE(m.records.size() == 4);
    CHECK(m.records[0].name_offset == answer);
    CHECK(m.records[0].ttl == 300);
    CHECK(m.records[0].rdata_offset == answer + 12);
    CHECK(m.records[0].rdata_bytes == 4);
    CHECK(m.records[0].section == Section::kAnswer);
    CHECK(m.records[1].section == Section::kAuthority);
    CHECK(m.records[2].section == Section::kAdditional);
    CHECK(m.records[3].type == 250);
    CHECK(m.opt == 2);
}

TEST_CASE("what stops the decoder, and where") {
    struct Case {
        const char* what;
        Octets wire;
        DecodeError error;
        std::uint32_t offset;
        std::size_t questions, records;
    };
    const Wire question = Wire().header(kQuery, 1).question("www.example.com", 1);
    const std::uint32_t after = question.size();
    const Case cases[] = {
        {"empty", {}, DecodeError::kShortHeader, 0, 0, 0},
        {"11 octets", Octets(11, 0), DecodeError::kShortHeader, 11, 0, 0},
        {"header only", Wire().header(0x8181, 0).octets(), DecodeError::kNone, 0, 0, 0},
        {"a question is missing", Wire().header(kQuery, 1).octets(), DecodeError::kTruncatedRecord, 12, 0, 0},
        {"a question's name is cut", Wire().header(kQuery, 1).text("\3ww").octets(), DecodeError::kTruncatedName, 12, 0,
         0},
        {"a question's class is cut", Wire().header(kQuery, 1).name("a").u16(1).u8(0).octets(),
         DecodeError::kTruncatedRecord, 15, 0, 0},
        {"an answer is missing", answered().octets(), DecodeError::kTruncatedRecord, after, 1, 0},
        {"an answer's fixed part is cut", answered().pointer(12).u16(1).u16(1).u32(60).u8(0).octets(),
         DecodeError::kTruncatedRecord, after + 2, 1, 0},
        {"RDLENGTH runs past the end", answered().pointer(12).u16(1).u16(1).u32(60).u16(5).bytes(kAddress).octets(),
         DecodeError::kTruncatedRdata, after + 12, 1, 0},
        {"label type 01 in an owner", answered().u8(0x41).u8(1).u8(0).record(1, 1, 60, kAddress).octets(),
         DecodeError::kBadLabelType, after, 1, 0},
        {"bytes after the last record", answered().pointer(12).record(1, 1, 60, kAddress).text("junk").octets(),
         DecodeError::kTrailingBytes, after + 16, 1, 1},
        {"bytes after a bare header", Wire().header(kQuery, 0).text("junk").octets(), DecodeError::kTrailingBytes, 12,
         0, 0},
        {"counts of 65535", Wire().header(kResponse, 1, 65535, 65535, 65535).question("a", 1).octets(),
         DecodeError::kTruncatedRecord, 19, 1, 0},
    };
    Message m; // one for all: nothing of the last message may be left
    for (const Case& c : cases) {
        INFO(c.what);
        CHECK(decode(c.wire, m) == (c.wire.size() >= kHeaderBytes));
        CHECK(m.error == c.error);
        CHECK(m.error_offset == c.offset);
        CHECK(m.questions.size() == c.questions);
        CHECK(m.records.size() == c.records);
        CHECK(m.opt == -1);
    }
}

TEST_CASE("a name that cannot be read costs only itself") {
    Wire wire;
    wire.header(kResponse, 1, 3).question("www.example.com", 1);
    wire.pointer(12).record(1, 1, 60, kAddress);
    const std::uint32_t damage = wire.size();
    wire.pointer(0x3fff).record(1, 1, 61, kAddress);
    wire.pointer(12).record(1, 1, 62, kAddress);
    Message m;
    REQUIRE(decode(wire.octets(), m));
    CHECK(m.error == DecodeError::kBadPointer);
    CHECK(m.error_offset == damage);
    REQUIRE(m.records.size() == 3);
    CHECK(m.records[2].ttl == 62);
    CHECK(name_text(wire.octets(), m.records[2].name_offset) == "www.example.com");

    Wire question;
    question.header(kResponse, 1, 1).pointer(12).u16(1).u16(1).name("a").record(1, 1, 60, kAddress);
    REQUIRE(decode(question.octets(), m));
    CHECK(m.error == DecodeError::kBadPointer);
    CHECK(m.questions.size() == 1);
    CHECK(m.records.size() == 1);
}

TEST_CASE("a name of more than 255 octets is passed and told") {
    Wire wire = Wire().header(kQuery, 1);
    for (int i = 0; i < 5; ++i) wire.label(std::string(63, 'a'));
    wire.u8(0).u16(1).u16(1);
    Message m;
    REQUIRE(decode(wire.octets(), m));
    CHECK(m.error == DecodeError::kNameTooLong);
    CHECK(m.questions.size() == 1);
}

TEST_CASE("a root that became an unknown label is passed where a type and a class follow") {
    const auto asked = [](const char* behind) {
        return Wire().header(kQuery, 1).label("www").label("com").bytes(hex(behind)).octets();
    };
    Message m;
    const Octets damaged_root = asked("6a 001c 0001");
    REQUIRE(decode(damaged_root, m));
    CHECK(m.error == DecodeError::kBadLabelType);
    REQUIRE(m.questions.size() == 1);
    CHECK(m.questions[0].type == 28);
    CHECK(name_text(damaged_root, m.questions[0].name_offset) == "www.com.\\[?]");
    REQUIRE(decode(asked("6a 001c 6162"), m)); // inside a name that goes on
    CHECK(m.error == DecodeError::kBadLabelType);
    CHECK(m.questions.empty());
    REQUIRE(decode(asked("6a 001c 00"), m));
    CHECK(m.questions.empty());
}

TEST_CASE("the first damage is the one that is told") {
    const Wire wire = Wire().header(kQuery, 2).pointer(12).u16(1).u16(1).text("\3ww");
    Message m;
    REQUIRE(decode(wire.octets(), m));
    CHECK(m.error == DecodeError::kBadPointer);
    CHECK(m.error_offset == 12);
}

TEST_CASE("several questions, with the mDNS unicast bit kept") {
    const Wire wire =
        Wire().header(0, 3).question("a.local", 1).pointer(12).u16(28).u16(0x8001).question("b.local", 255);
    Message m;
    REQUIRE(decode(wire.octets(), m));
    CHECK(m.error == DecodeError::kNone);
    REQUIRE(m.questions.size() == 3);
    CHECK(m.questions[1].klass == 0x8001);
    CHECK(name_text(wire.octets(), m.questions[1].name_offset) == "a.local");
}

TEST_CASE("UPDATE: zone, prerequisites and updates with class ANY, NONE and no data") {
    Wire wire;
    wire.header(0x2800, 1, 1, 3).question("example.com", 6);
    wire.name("old.example.com").record(255, 255, 0, {});
    wire.name("old.example.com").record(1, 255, 0, {});
    wire.name("old.example.com").record(1, 254, 0, kAddress);
    wire.name("new.example.com").record(1, 1, 300, kAddress);
    Message m;
    REQUIRE(decode(wire.octets(), m));
    CHECK(m.error == DecodeError::kNone);
    CHECK(m.header.opcode == 5);
    REQUIRE(m.records.size() == 4);
    CHECK(m.records[0].section == Section::kAnswer);
    CHECK(m.records[3].section == Section::kAuthority);
    std::string out;
    append_rdata(out, m, m.records[1]);
    CHECK(out == "\\# 0");
    out.clear();
    append_rdata(out, m, m.records[2]); // class NONE: the data of the zone's class (RFC 2136 2.5.4)
    CHECK(out == "192.0.2.1");
}

TEST_CASE("IQUERY: an answer and no question (RFC 1035 6.4)") {
    Message m;
    REQUIRE(decode(Wire().header(0x0800, 0, 1).name("").record(1, 1, 0, kAddress).octets(), m));
    CHECK(m.error == DecodeError::kNone);
    CHECK(m.records.size() == 1);
}

TEST_CASE("DSO: TLVs behind zero counts are not trailing bytes (RFC 8490 5.4)") {
    Message m;
    decode(Wire().header(0x3000, 0).u16(1).u16(8).u32(15000).u32(15000).octets(), m);
    CHECK(m.error == DecodeError::kNone);
    decode(Wire().header(0x3000, 0).u16(1).u16(9).u32(15000).u32(15000).octets(), m);
    CHECK(m.error == DecodeError::kTrailingBytes);
    decode(Wire().header(0x0000, 0).u16(1).u16(8).u32(15000).u32(15000).octets(), m);
    CHECK(m.error == DecodeError::kTrailingBytes);
}

TEST_CASE("the extended rcode is joined (RFC 6891 6.1.3)") {
    Message m;
    decode(Wire().header(0x8180, 0, 0, 0, 1).name("").record(41, 1232, 0x01008000, {}).octets(), m);
    CHECK(m.full_rcode() == 16);
    decode(Wire().header(0x8187, 0, 0, 0, 1).name("").record(41, 1232, 0x01000000, {}).octets(), m);
    CHECK(m.full_rcode() == 23);
    decode(Wire().header(0x8183, 0).octets(), m);
    CHECK(m.full_rcode() == 3);
    decode(Wire().header(0x8181, 0, 0, 0, 1).name("").record(41, 1232, 0xf0000000, {}).octets(), m);
    CHECK(m.full_rcode() == 3841);
}

TEST_CASE("OPT: the first of the additional section, nowhere else") {
    Message m;
    decode(Wire().header(0x8180, 0, 1).name("").record(41, 1232, 0x01000000, {}).octets(), m);
    CHECK(m.opt == -1);
    CHECK(m.full_rcode() == 0);
    Wire twice;
    twice.header(0x8180, 0, 0, 0, 2).name("").record(41, 1232, 0x01000000, {}).name("").record(41, 512, 0x02000000, {});
    decode(twice.octets(), m);
    CHECK(m.opt == 0);
    CHECK(m.full_rcode() == 16);
}

TEST_CASE("an EDNS option that runs over the end of OPT is damage, and all else is kept") {
    struct Case {
        const char* what;
        const char* options;
        std::uint32_t whole_bytes;
    };
    const Case cases[] = {
        {"value cut", "000a 0000 0003 0028 6162", 4},
        {"no value", "0003 0001", 0},
        {"length cut", "000a 0000 0003 00", 4},
        {"code cut", "000a 0000 00", 4},
    };
    Message m;
    for (const Case& c : cases) {
        INFO(c.what);
        Wire wire = Wire().header(kQuery, 1, 0, 0, 2).question("a", 1).name("").record(41, 1232, 0x8000, hex(c.options));
        const auto rdata = wire.size() - static_cast<std::uint32_t>(hex(c.options).size());
        wire.name("b").record(1, 1, 60, kAddress);
        REQUIRE(decode(wire.octets(), m));
        CHECK(m.error == DecodeError::kTruncatedOption);
        CHECK(m.error_offset == rdata + c.whole_bytes);
        CHECK(m.opt == 0);
        CHECK(m.records.size() == 2);
    }
    const Wire whole = Wire().header(kQuery, 1, 0, 0, 1).question("a", 1).name("").record(41, 1232, 0, hex("000a 0000 0003 0002 6162"));
    decode(whole.octets(), m);
    CHECK(m.error == DecodeError::kNone);
}

TEST_CASE("one answer with 240 records is one message") {
    Wire wire = Wire().header(kResponse, 1, 240).question("www.example.com", 1);
    for (unsigned i = 0; i < 240; ++i) wire.pointer(12).record(1, 1, 60, {10, 0, 0, static_cast<std::uint8_t>(i)});
    Message m;
    REQUIRE(decode(wire.octets(), m));
    CHECK(m.error == DecodeError::kNone);
    REQUIRE(m.records.size() == 240);
    std::string last;
    append_rdata(last, m, m.records.back());
    CHECK(last == "10.0.0.239");
}

TEST_CASE("a message of 65535 octets") {
    Wire wire = Wire().header(kResponse, 0, 5956);
    for (int i = 0; i < 5956; ++i) wire.u8(0).record(65280, 1, 0, {});
    while (wire.size() < 65535) wire.u8(0);
    Message m;
    REQUIRE(decode(wire.octets(), m));
    CHECK(m.error == DecodeError::kTrailingBytes);
    CHECK(m.records.size() == 5956);
}

TEST_CASE("decode errors have distinct texts") {
    std::set<std::string> texts;
    for (int error = 0; error <= static_cast<int>(DecodeError::kTrailingBytes); ++error)
        texts.insert(to_string(static_cast<DecodeError>(error)));
    CHECK(texts.size() == static_cast<std::size_t>(DecodeError::kTrailingBytes) + 1);
}
