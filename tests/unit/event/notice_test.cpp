// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "event/notice.h"

#include <algorithm>
#include <nlohmann/json.hpp>

using namespace dnsmon;
using nlohmann::json;

namespace {

Notice loss() {
    Notice notice;
    notice.action = NoticeAction::kLoss;
    notice.time_ns = 3'000'000'000;
    notice.host_name = "web-1";
    notice.message = "file lost 12 events: disk full";
    notice.from_ns = 1'000'000'000;
    notice.to_ns = 2'000'000'000;
    return notice;
}
const json kData{
    {"sink", "file"}, {"events", 12}, {"empty", ""}, {"none", nullptr}, {"inner", {{"list", json::array()}}}};

} // namespace

TEST_CASE("a loss as ECS: from when to when, nothing empty") {
    const std::string line = encode_notice(Format::kEcs, loss(), kData);
    const json event = json::parse(line);
    CHECK(line.rfind("{\"@timestamp\":\"1970-01-01T00:00:03.000000000Z\"", 0) == 0);
    CHECK(event["event"]["dataset"] == "dnsmon.loss");
    CHECK(event["event"]["action"] == "loss");
    CHECK(event["event"]["start"] == "1970-01-01T00:00:01.000000000Z");
    CHECK(event["event"]["end"] == "1970-01-01T00:00:02.000000000Z");
    CHECK(event["host"]["name"] == "web-1");
    CHECK(event["message"] == "file lost 12 events: disk full");
    CHECK(event["dnsmon"] == json{{"loss", {{"sink", "file"}, {"events", 12}}}});
}

TEST_CASE("a notice without a host, with bytes that are not UTF-8") {
    Notice notice = loss();
    notice.host_name = {};
    notice.message = "bad \xff\n name";
    const std::string line = encode_notice(Format::kEcs, notice, json::object());
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
    const json event = json::parse(line);
    CHECK_FALSE(event.contains("host"));
    CHECK_FALSE(event.contains("dnsmon"));
}

TEST_CASE("flat and text say the same in their way") {
    const json flat = json::parse(encode_notice(Format::kFlat, loss(), kData));
    CHECK(flat["EVENT"] == "loss");
    CHECK(flat["DATA"]["events"] == 12);
    const json nested{{"written", {{"file", 3}, {"stdout", 4}}}, {"version", "1 2"}};
    CHECK(encode_notice(Format::kText, loss(), nested) ==
          "EVENT=loss TIME=1970-01-01T00:00:03.000000000Z MESSAGE=file\\x20lost\\x2012\\x20events:\\x20disk\\x20full "
          "FROM=1970-01-01T00:00:01.000000000Z TO=1970-01-01T00:00:02.000000000Z version=1\\x202 written.file=3 "
          "written.stdout=4\n");
}

TEST_CASE("every action has its name") {
    for (const auto action : {NoticeAction::kStart, NoticeAction::kStop, NoticeAction::kStats, NoticeAction::kLoss}) {
        Notice notice;
        notice.action = action;
        const json event = json::parse(encode_notice(Format::kEcs, notice, {{"n", 1}}));
        CHECK(event["event"]["action"] == std::string(to_string(action)));
        CHECK(event["dnsmon"][std::string(to_string(action))]["n"] == 1);
    }
}
