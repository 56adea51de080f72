// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "event/encoder.h"
#include "event/event_text.h"
#include "samples.h"

#include <nlohmann/json.hpp>

using namespace dnsmon;
using namespace dnsmon::test;
using nlohmann::json;

namespace {

std::string encode(Format format, const Event& event, std::vector<std::uint16_t> types = {}) {
    TextBuffer out;
    make_encoder(format, {"web-1", std::move(types)})->append(out, event);
    return std::string(out.view());
}

} // namespace

TEST_CASE("flat: the original's keys in the original's order") {
    CHECK(encode(Format::kFlat, google_response()->event) ==
          R"({"COMM":"dig","PID":10738,"TGID":10739,"DEV":"ens18","PROTO":"TCP","SRC":"1.1.1.1","DST":"192.168.44.3",)"
          R"("SPT":53,"DPT":57915,"UID":0,"GID":0,"DNS_QR":1,"DNS_NAME":"google.com.","DNS_TYPE":"A",)"
          R"("DNS_DATA":["142.251.12.101"]})"
          "\n");
}

TEST_CASE("flat: a query has no DNS_DATA, an unknown process no keys, a timeout says so") {
    const auto query = google_query();
    CHECK(encode(Format::kFlat, query->event) ==
          R"({"DEV":"ens18","PROTO":"UDP","SRC":"192.168.44.3","DST":"1.1.1.1","SPT":57915,"DPT":53,"DNS_QR":0,)"
          R"("DNS_NAME":"google.com.","DNS_TYPE":"A"})"
          "\n");
    query->event.action = Action::kTimeout;
    CHECK(json::parse(encode(Format::kFlat, query->event))["EVENT"] == "timeout");
}

TEST_CASE("text: the original's line") {
    CHECK(encode(Format::kText, google_response()->event) ==
          "COMM=dig PID=10738 TGID=10739 DEV=ens18 PROTO=TCP SRC=1.1.1.1 DST=192.168.44.3 SPT=53 DPT=57915 UID=0 GID=0 "
          "DNS_QR=1 DNS_NAME=google.com. DNS_TYPE=A DNS_DATA=142.251.12.101\n");
}

TEST_CASE("text: one line for each answer, none without, only those of the wanted types") {
    const auto all = maximal_samples();
    const std::string whole = encode(Format::kText, all[2]->event);
    CHECK(std::count(whole.begin(), whole.end(), '\n') == 4);
    CHECK(whole.find("DNS_NAME=www.shop.example.co.uk. DNS_TYPE=CNAME DNS_DATA=cdn.example.net\n") !=
          std::string::npos);
    const std::string addresses = encode(Format::kText, all[2]->event, {28, 1});
    CHECK(std::count(addresses.begin(), addresses.end(), '\n') == 3);
    CHECK(addresses.find("CNAME") == std::string::npos);
    CHECK(encode(Format::kText, google_query()->event).empty());
}

TEST_CASE("text: no value can end a field or a line") {
    Sample sample(join(dns_header(1, 0x8180, {1, 1}), dns_question(dns_name("a b"), 16),
                       dns_record(dns_pointer(12), 16, 1, join(Bytes{7}, text("x PID=1")))));
    sample.by_dig();
    sample.owner.process_name.fill('\0');
    Sample::set_comm(sample.owner.process_name, "a b\\\nc\xff\xc2\x9b");
    const std::string line = encode(Format::kText, sample.event);
    CHECK(line.find("COMM=a\\x20b\\x5c\\x0ac\\xff\\xc2\\x9b PID=") == 0);
    CHECK(line.find(" PID=1\n") == std::string::npos);
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
}

TEST_CASE("flat and text stay valid and in their lines for hostile input") {
    const auto flat = make_encoder(Format::kFlat, {});
    const auto text = make_encoder(Format::kText, {});
    TextBuffer buffer;
    for (const auto& sample : hostile_samples(3000, 6)) {
        buffer.clear();
        flat->append(buffer, sample->event);
        REQUIRE(std::count(buffer.view().begin(), buffer.view().end(), '\n') == 1);
        REQUIRE(json::parse(buffer.view(), nullptr, false).is_object());
        buffer.clear();
        text->append(buffer, sample->event);
        const std::string_view out = buffer.view();
        const auto answers = std::count_if(sample->message.records.begin(), sample->message.records.end(),
                                           [&](const auto& record) { return is_answer(sample->message, record); });
        REQUIRE(std::count(out.begin(), out.end(), '\n') == answers);
        for (const char c : out) REQUIRE((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
    }
}

TEST_CASE("flat and text are bounded for an enormous answer") {
    const auto all = maximal_samples();
    CHECK(encode(Format::kFlat, all.back()->event).size() < (2U << 20));
    CHECK(encode(Format::kText, all.back()->event).size() < (2U << 20));
}
