// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "event/encoder.h"
#include "event/question_json.h"
#include "packet_builder.h"

using namespace dnsmon;
using namespace dnsmon::test;

namespace {

struct Asked {
    Bytes wire;
    dns::Message message;
    explicit Asked(Bytes query) : wire(std::move(query)) { REQUIRE(dns::decode(wire, message)); }
    [[nodiscard]] const dns::Question& question() const { return message.questions.front(); }
};

std::string encode(Encoder& encoder, const dns::Message& message) {
    Event event;
    event.message = &message;
    TextBuffer out;
    encoder.append(out, event);
    return std::string(out.view());
}

} // namespace

TEST_CASE("what was kept is found for the very same bytes only") {
    QuestionJson questions;
    const Asked first(dns_query(1, "www.example.org"));
    CHECK(questions.find(first.message, first.question()).json.empty());
    questions.keep({"{text}", 1, 4});
    const Asked again(dns_query(2, "www.example.org"));
    CHECK(questions.find(again.message, again.question()).json == "{text}");
    CHECK(questions.find(again.message, again.question()).name_bytes == 4);
    for (const auto& other : {dns_query(1, "www.example.org", 28), dns_query(1, "WWW.example.org"), dns_query(1, "ww.example.org")}) {
        const Asked asked(other);
        CHECK(questions.find(asked.message, asked.question()).json.empty());
    }
}

TEST_CASE("a long question, a flag in the class and a name with a pointer are not kept") {
    QuestionJson questions;
    Bytes flagged = dns_query(1, "www.example.org");
    flagged[flagged.size() - 2] |= 0x80;
    const std::string label(50, 'a');
    Bytes pointed = dns_query(1, "www.example.org");
    pointed[12 + 4] = 0xc0; // www, then a pointer to the message's first byte
    pointed[12 + 5] = 0;
    for (const auto& query : {flagged, dns_query(1, label + "." + label + "." + label), pointed}) {
        const Asked asked(query);
        CHECK(questions.find(asked.message, asked.question()).json.empty());
        questions.keep({"{text}", 1, 4});
        CHECK(questions.find(asked.message, asked.question()).json.empty());
    }
}

TEST_CASE("an event is the same whether its question was seen before or not") {
    const auto used = make_encoder(Format::kEcs, {});
    for (int round = 0; round < 2; ++round) {
        for (const char* name : {"a.example.org", "A.EXAMPLE.org", "b.co.uk", "x", "."}) {
            for (const std::uint16_t type : {std::uint16_t{1}, std::uint16_t{28}, std::uint16_t{65}}) {
                const Asked asked(dns_query(7, name == std::string(".") ? "" : name, type));
                const auto fresh = make_encoder(Format::kEcs, {});
                CHECK(encode(*used, asked.message) == encode(*fresh, asked.message));
            }
        }
    }
}
