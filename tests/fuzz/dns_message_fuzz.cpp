// SPDX-License-Identifier: Apache-2.0
// A whole message, decoded and written in full. Holds the decoder to its structural limits: no more questions and
// records than the wire has room for, every offset inside the wire, all text printable and bounded.
#include "dns/dso.h"
#include "dns_text_limits.h"

namespace {

using namespace dnsmon::dns;

void expect_structure(const Message& message, std::size_t size) {
    FUZZ_EXPECT(message.questions.size() * 5 + message.records.size() * 11 + kHeaderBytes <= size);
    FUZZ_EXPECT(message.error_offset <= size);
    FUZZ_EXPECT(message.opt < static_cast<std::int32_t>(message.records.size()));
    for (const Record& record : message.records) {
        FUZZ_EXPECT(record.name_offset < record.rdata_offset);
        FUZZ_EXPECT(std::size_t{record.rdata_offset} + record.rdata_bytes <= size);
    }
    const bool complete = message.error == DecodeError::kNone || message.error == DecodeError::kTrailingBytes;
    const Header& header = message.header;
    if (!complete) return;
    FUZZ_EXPECT(message.questions.size() == header.questions);
    FUZZ_EXPECT(message.records.size() == std::size_t{header.answers} + header.authorities + header.additionals);
}

void expect_dso_limits(const Message& message) {
    std::size_t octets = 0;
    for_each_dso_tlv(message.wire, [&](std::uint16_t type, Bytes value) {
        std::string text;
        append_dso_type(text, type);
        expect_printable(text);
        octets += 4 + value.size();
    });
    FUZZ_EXPECT(octets + kHeaderBytes <= message.wire.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes wire(data, size);
    static Message message; // as in a worker: what the last packet left behind must not show
    const bool header = decode(wire, message);
    FUZZ_EXPECT(header == (size >= kHeaderBytes));
    const bool strictly = looks_like_dns(wire, Hint::kNothing);
    const bool in_stream = looks_like_dns(wire, Hint::kStream);
    const bool datagram = looks_like_dns(wire, Hint::kDatagram);
    FUZZ_EXPECT(!strictly || in_stream);
    FUZZ_EXPECT(!in_stream || datagram);
    FUZZ_EXPECT(!datagram || looks_like_dns(wire, Hint::kCutDatagram));
    const bool something = !message.questions.empty() || !message.records.empty();
    FUZZ_EXPECT(!something || message.error != DecodeError::kNone || datagram);
    FUZZ_EXPECT(!strictly || message.error == DecodeError::kNone);
    if (!header) return 0;
    expect_structure(message, size);
    for (const Question& question : message.questions) expect_name_limits(message, question.name_offset);
    for (const Record& record : message.records) {
        expect_name_limits(message, record.name_offset);
        expect_rdata_limits(message, record);
    }
    expect_option_limits(message);
    expect_dso_limits(message);
    std::string text;
    append_rcode(text, message.full_rcode());
    append_opcode(text, message.header.opcode);
    expect_printable(text);
    return 0;
}
