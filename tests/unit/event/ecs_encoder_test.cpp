// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "event/encoder.h"
#include "samples.h"

#include <nlohmann/json.hpp>

using namespace dnsmon;
using namespace dnsmon::test;
using nlohmann::json;

namespace {

std::string encode(const Event& event, const std::string& host = "web-1") {
    TextBuffer out;
    make_encoder(Format::kEcs, {host, {}})->append(out, event);
    return std::string(out.view());
}
json parsed(const Event& event) {
    return json::parse(encode(event));
}

} // namespace

TEST_CASE("a response with all that is known about its process") {
    const auto sample = google_response();
    sample->with_details();
    CHECK(
        encode(sample->event) ==
        R"({"@timestamp":"2026-11-23T12:00:00.123456789Z","ecs":{"version":"9.4.0"},)"
        R"("event":{"kind":"event","category":["network"],"type":["protocol"],"dataset":"dnsmon.dns","action":"response",)"
        R"("outcome":"success","duration":1834211,"sequence":1042},"host":{"name":"web-1"},)"
        R"("observer":{"ingress":{"interface":{"name":"ens18"}}},)"
        R"("network":{"transport":"tcp","type":"ipv4","protocol":"dns","direction":"ingress","bytes":55},)"
        R"("source":{"ip":"1.1.1.1","port":53},"destination":{"ip":"192.168.44.3","port":57915},)"
        R"("process":{"pid":10738,"name":"dig","executable":"/usr/bin/dig","command_line":"dig @1.1.1.1 google.com +tcp",)"
        R"("start":"2026-11-23T11:59:59.900Z","thread":{"id":10739,"name":"isc-net-0000"},"parent":{"pid":10001,"name":"bash"}},)"
        R"("user":{"id":"0","name":"root"},"group":{"id":"0"},)"
        R"("dns":{"type":"answer","id":"51234","op_code":"QUERY","response_code":"NOERROR","header_flags":["RD","RA"],)"
        R"("question":{"name":"google.com","type":"A","class":"IN","registered_domain":"google.com","top_level_domain":"com"},)"
        R"("answers_count":1,"authorities_count":0,"additionals_count":1,)"
        R"("answers":[{"name":"google.com","type":"A","class":"IN","ttl":300,"data":"142.251.12.101"}],)"
        R"("resolved_ip":["142.251.12.101"],"opt":{"version":"0","udp_size":1232,"do":false}},)"
        R"("dnsmon":{"attribution":"exact","detected":"port"}})"
        "\n");
}

TEST_CASE("what is not known is not there") {
    const auto sample = google_query();
    sample->event.interface = {};
    sample->event.direction = Direction::kUnknown;
    const std::string line = encode(sample->event, "");
    const json event = json::parse(line);
    for (const char* key : {"host", "observer", "process", "user", "group", "container"})
        CHECK_FALSE(event.contains(key));
    CHECK_FALSE(event["network"].contains("direction"));
    CHECK_FALSE(event["event"].contains("duration"));
    for (const char* key : {"response_code", "answers", "authorities", "additionals", "resolved_ip", "opt"}) {
        CHECK_FALSE(event["dns"].contains(key));
    }
    CHECK(event["dns"]["type"] == "query");
    CHECK(event["event"]["outcome"] == "unknown");
    CHECK(event["dnsmon"] == json{{"attribution", "none"}, {"detected", "port"}});
    CHECK(event["dns"]["header_flags"] == json{"RD"});
}

TEST_CASE("no header flag, no header_flags") {
    Sample sample(join(dns_header(1, 0, {1}), dns_question(dns_name(""), 2)));
    const json dns = parsed(sample.event)["dns"];
    CHECK_FALSE(dns.contains("header_flags"));
    CHECK(dns["question"] == json{{"name", "."}, {"type", "NS"}, {"class", "IN"}});
}

TEST_CASE("outcomes follow the response code, extended bits included") {
    Sample refused(join(dns_header(1, 0x8185, {1}), dns_question(dns_name("a.example"), 1)));
    CHECK(parsed(refused.event)["event"]["outcome"] == "failure");
    CHECK(parsed(refused.event)["dns"]["response_code"] == "REFUSED");
    Sample bad_version(join(dns_header(1, 0x8180, {0, 0, 0, 1}), dns_opt(512, 0x01000000)));
    CHECK(parsed(bad_version.event)["event"]["outcome"] == "failure");
    CHECK(parsed(bad_version.event)["dns"]["opt"]["ext_rcode"] == parsed(bad_version.event)["dns"]["response_code"]);
    const auto late = google_query();
    late->event.action = Action::kTimeout;
    late->event.duration_ns = 5'000'000'000;
    CHECK(parsed(late->event)["event"]["action"] == "timeout");
    CHECK(parsed(late->event)["event"]["outcome"] == "failure");
    CHECK(parsed(late->event)["dns"]["type"] == "query");
}

TEST_CASE("a whole answer: chain, sections, options, addresses once") {
    const auto all = maximal_samples();
    const json event = parsed(all[2]->event);
    const json& dns = event["dns"];
    CHECK(dns["header_flags"] == json{"AA", "TC", "RD", "RA", "AD", "CD", "DO"});
    CHECK(dns["question"] == json{{"name", "www.shop.example.co.uk"},
                                  {"type", "AAAA"},
                                  {"class", "IN"},
                                  {"registered_domain", "example.co.uk"},
                                  {"top_level_domain", "co.uk"},
                                  {"subdomain", "www.shop"}});
    REQUIRE(dns["answers"].size() == 4);
    CHECK(dns["answers"][0]["name"] == "www.shop.example.co.uk");
    CHECK(dns["answers"][0]["data"] == "cdn.example.net");
    CHECK(dns["resolved_ip"] == json{"2001:db8::1", "192.0.2.1"});
    CHECK(dns["authorities"].size() == 2);
    CHECK(dns["additionals"].size() == 1); // OPT is opt
    CHECK(dns["additionals_count"] == 2);
    CHECK(dns["opt"]["version"] == "0");
    CHECK(dns["opt"]["do"] == true);
    const json& ours = event["dnsmon"];
    CHECK(ours["edns"].size() == 4);
    CHECK(ours["edns"][0]["data"] == "192.0.2.0/24/0");
    CHECK(ours["edns"][3]["code"] == 65001);
    CHECK(ours["detected"] == "heuristic");
    CHECK(ours["retransmits"] == 2);
    for (const char* key : {"unsolicited", "truncated", "gap"}) CHECK(ours[key] == true);
    CHECK(ours["unit"] == "session-1.scope");
    CHECK(event["container"] == json{{"id", "4b1b6d1f0a2e"}, {"runtime", "podman"}});
    CHECK(event["group"] == json{{"id", "0"}, {"name", "wheel"}});
}

TEST_CASE("many addresses are listed once each, too") {
    Bytes wire = join(dns_header(1, 0x8180, {1, 400}), dns_question(dns_name("a.example"), 1));
    for (int i = 0; i < 400; ++i) {
        const auto last = static_cast<std::uint8_t>(i % 200);
        append(wire, dns_record(dns_pointer(12), 1, 1, Bytes{192, 0, 2, last}));
    }
    Sample sample(std::move(wire));
    const json dns = parsed(sample.event)["dns"];
    CHECK(dns["answers"].size() == 400);
    CHECK(dns["resolved_ip"].size() == 200);
}

TEST_CASE("several questions, a damaged end, both processes") {
    const auto all = maximal_samples();
    const json event = parsed(all[3]->event);
    CHECK(event["dns"]["question"]["name"] == "one.example.org");
    CHECK(event["dnsmon"]["questions"] == json{{{"name", "one.example.org"}, {"type", "A"}, {"class", "IN"}},
                                               {{"name", "two.example.org"}, {"type", "TXT"}, {"class", "CH"}}});
    CHECK(event["dnsmon"]["decode_error"].is_string());
    CHECK(event["dnsmon"]["decode_error_offset"].is_number());
    CHECK(event["dnsmon"]["server_process"]["pid"] == 400);
    CHECK(event["process"]["pid"] == 10738);
}

TEST_CASE("mDNS: the class without its flag") {
    const auto all = maximal_samples();
    CHECK(parsed(all[5]->event)["dns"]["answers"][0]["class"] == "IN");
    CHECK_FALSE(parsed(all[5]->event)["dns"].contains("question"));
}

TEST_CASE("names by the same pointer read the same, others by their own") {
    Sample sample(join(dns_header(1, 0x8180, {1, 3}), dns_question(dns_name("a.example"), 1),
                       dns_record(dns_name("b.example"), 1, 1, address("192.0.2.1")),
                       dns_record(dns_pointer(12), 1, 1, address("192.0.2.2")),
                       dns_record(dns_pointer(14), 1, 1, address("192.0.2.3"))));
    const json answers = parsed(sample.event)["dns"]["answers"];
    CHECK(answers[0]["name"] == "b.example");
    CHECK(answers[1]["name"] == "a.example");
    CHECK(answers[2]["name"] == "example");
}

TEST_CASE("a hostile message cannot make an endless line") {
    const auto all = maximal_samples();
    const std::string line = encode(all.back()->event);
    CHECK(line.size() < (2U << 20));
    const json event = json::parse(line);
    const auto omitted = event["dnsmon"]["records_omitted"].get<std::size_t>();
    CHECK(event["dns"]["answers"].size() + omitted == 3800);
}

TEST_CASE("a duration is not negative") {
    const auto sample = google_response();
    sample->event.duration_ns = -5;
    CHECK(parsed(sample->event)["event"]["duration"] == 0);
}

TEST_CASE("whatever the packet and the processes are called: one line of valid JSON") {
    const auto encoder = make_encoder(Format::kEcs, {"host\n\xff", {}});
    TextBuffer buffer;
    for (const auto& sample : hostile_samples(3000, 5)) {
        buffer.clear();
        encoder->append(buffer, sample->event);
        const std::string_view out = buffer.view();
        REQUIRE(std::count(out.begin(), out.end(), '\n') == 1);
        REQUIRE(out.back() == '\n');
        REQUIRE(json::parse(out, nullptr, false).is_object());
    }
}

TEST_CASE("an UPDATE has prerequisites and updates, no answers and no resolved addresses") {
    const Bytes host = dns_name("host.example.org");
    Sample sample(join(dns_header(4, 0x2800, {1, 2, 2}), dns_question(dns_name("example.org"), 6),
                       dns_record(host, 5, 0, {}, 254), dns_record(host, 1, 0, address("192.0.2.6")),
                       dns_record(host, 1, 0, {}, 255), dns_record(host, 1, 60, address("192.0.2.7"))));
    const json event = parsed(sample.event);
    CHECK(event["dns"]["question"]["name"] == "example.org");
    for (const char* key : {"answers", "answers_count", "authorities", "authorities_count", "resolved_ip"})
        CHECK_FALSE(event["dns"].contains(key));
    const json& ours = event["dnsmon"];
    CHECK(ours["prerequisites_count"] == 2);
    CHECK(ours["updates_count"] == 2);
    CHECK(ours["prerequisites"][0] ==
          json::parse(R"({"name":"host.example.org","type":"CNAME","class":"NONE","ttl":0})"));
    CHECK(ours["prerequisites"][1]["data"] == "192.0.2.6");
    CHECK(ours["updates"][0] == json::parse(R"({"name":"host.example.org","type":"A","class":"ANY","ttl":0})"));
    CHECK(ours["updates"][1]["data"] == "192.0.2.7");
    TextBuffer text;
    make_encoder(Format::kText, {"", {}})->append(text, sample.event);
    CHECK(text.empty());
}
