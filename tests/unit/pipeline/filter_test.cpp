// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "pipeline/filter.h"

#include <cstdio>
#include <utility>

using namespace dnsmon;

namespace {

constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kAaaa = 28;

/// A message with its wire bytes, and the event about it.
struct Sample {
    std::vector<std::uint8_t> wire;
    dns::Message message;
    Owner owner;
    ProcessDetails details;
    Event event;

    Sample(Action action, const std::vector<std::pair<std::string, std::uint16_t>>& questions, std::uint8_t rcode = 0) {
        const bool response = action == Action::kResponse;
        const auto count = static_cast<std::uint8_t>(questions.size());
        wire = {0, 1, static_cast<std::uint8_t>(response ? 0x81 : 0x01), rcode, 0, count, 0, 0, 0, 0, 0, 0};
        for (const auto& [name, type] : questions) {
            std::size_t begin = 0;
            while (begin < name.size()) {
                const auto end = std::min(name.find('.', begin), name.size());
                wire.push_back(static_cast<std::uint8_t>(end - begin));
                wire.insert(wire.end(), name.begin() + static_cast<std::ptrdiff_t>(begin),
                            name.begin() + static_cast<std::ptrdiff_t>(end));
                begin = end + 1;
            }
            wire.insert(wire.end(), {0, 0, static_cast<std::uint8_t>(type), 0, 1});
        }
        REQUIRE(dns::decode(wire, message));
        event.action = action;
        event.message = &message;
    }
    Sample(const Sample&) = delete;
    Sample& operator=(const Sample&) = delete;

    Sample& by(std::uint32_t uid, const char* name, const char* executable = "") {
        owner.attribution = Attribution::kExact;
        owner.uid = uid;
        std::snprintf(owner.process_name.data(), owner.process_name.size(), "%s", name);
        details.executable = executable;
        event.process = LocalProcess{&owner, &details, {}, {}};
        return *this;
    }
};

bool keeps(const FilterConfig& config, const Sample& sample) {
    return Filter(config).keeps(sample.event);
}

} // namespace

TEST_CASE("the default filter keeps everything") {
    CHECK(keeps({}, {Action::kQuery, {{"example.com", kA}}}));
    CHECK(keeps({}, {Action::kTimeout, {{"example.com", kA}}}));
    CHECK(keeps({}, {Action::kResponse, {}, 5}));
}

TEST_CASE("queries and responses; a timeout is on the query's side") {
    FilterConfig only_responses;
    only_responses.queries = false;
    CHECK_FALSE(keeps(only_responses, {Action::kQuery, {{"a", kA}}}));
    CHECK_FALSE(keeps(only_responses, {Action::kTimeout, {{"a", kA}}}));
    CHECK(keeps(only_responses, {Action::kResponse, {{"a", kA}}}));

    FilterConfig only_queries;
    only_queries.responses = false;
    CHECK(keeps(only_queries, {Action::kQuery, {{"a", kA}}}));
    CHECK(keeps(only_queries, {Action::kTimeout, {{"a", kA}}}));
    CHECK_FALSE(keeps(only_queries, {Action::kResponse, {{"a", kA}}}));
}

TEST_CASE("types are the questions' types") {
    FilterConfig config;
    config.types = {kAaaa, kA};
    CHECK(keeps(config, {Action::kQuery, {{"a", kA}}}));
    CHECK(keeps(config, {Action::kResponse, {{"a", kAaaa}}}));
    CHECK(keeps(config, {Action::kQuery, {{"a", 16}, {"a", kA}}}));
    CHECK_FALSE(keeps(config, {Action::kQuery, {{"a", 16}}}));
    CHECK_FALSE(keeps(config, {Action::kResponse, {}}));
}

TEST_CASE("names are the questions' names, without case; exclude wins") {
    FilterConfig config;
    config.names.include = {".example.com"};
    config.names.exclude = {"ads.example.com"};
    CHECK(keeps(config, {Action::kQuery, {{"wWw.ExAmple.com", kA}}}));
    CHECK_FALSE(keeps(config, {Action::kQuery, {{"ADS.example.com", kA}}}));
    CHECK_FALSE(keeps(config, {Action::kQuery, {{"www.example.com", kA}, {"ads.example.com", kA}}}));
    CHECK_FALSE(keeps(config, {Action::kQuery, {{"example.org", kA}}}));
    CHECK_FALSE(keeps(config, {Action::kResponse, {}}));

    config.names.include.clear();
    CHECK(keeps(config, {Action::kQuery, {{"example.org", kA}}}));
    CHECK(keeps(config, {Action::kResponse, {}}));
}

TEST_CASE("one filter judges many events") {
    FilterConfig config;
    config.names.exclude = {"b"};
    Filter filter(config);
    for (int i = 0; i < 3; ++i) {
        CHECK(filter.keeps(Sample(Action::kQuery, {{"a", kA}}).event));
        CHECK_FALSE(filter.keeps(Sample(Action::kQuery, {{"b", kA}}).event));
    }
}

TEST_CASE("response codes concern responses only") {
    FilterConfig config;
    config.response_codes = {{2, 3}, {5, 5}};
    CHECK(keeps(config, {Action::kQuery, {{"a", kA}}}));
    CHECK(keeps(config, {Action::kTimeout, {{"a", kA}}}));
    CHECK(keeps(config, {Action::kResponse, {{"a", kA}}, 3}));
    CHECK(keeps(config, {Action::kResponse, {{"a", kA}}, 2}));
    CHECK(keeps(config, {Action::kResponse, {{"a", kA}}, 5}));
    for (const auto code : std::initializer_list<std::uint8_t>{0, 1, 4, 6})
        CHECK_FALSE(keeps(config, {Action::kResponse, {{"a", kA}}, code}));
}

TEST_CASE("networks are judged before a message is decoded, both directions alike") {
    FilterConfig config;
    config.networks.include = {*parse_network("192.0.2.0/24")};
    config.networks.exclude = {*parse_network("192.0.2.7")};
    const auto flow = [](std::array<std::uint8_t, 4> from, std::array<std::uint8_t, 4> to) {
        Flow both;
        both.source.address = Address::v4(from.data());
        both.destination.address = Address::v4(to.data());
        return both;
    };
    const Filter filter(config);
    for (const auto& [other, kept] : {std::pair<std::array<std::uint8_t, 4>, bool>{{192, 0, 2, 1}, true},
                                      {{192, 0, 2, 7}, false},
                                      {{192, 0, 3, 1}, false}}) {
        CHECK(filter.may_keep(flow({10, 0, 0, 1}, other)) == kept);
        CHECK(filter.may_keep(flow(other, {10, 0, 0, 1})) == kept);
    }
    CHECK(Filter({}).may_keep(Flow{}));
}

TEST_CASE("processes by name or by executable") {
    const auto kept = [](const FilterConfig& config, const char* name, const char* executable) {
        Sample sample(Action::kQuery, {{"a", kA}});
        return keeps(config, sample.by(0, name, executable));
    };
    FilterConfig config;
    config.processes.include = {"dig", "python3*", "/usr/lib/*", "systemd-resolved"};
    CHECK(kept(config, "dig", "/usr/bin/dig"));
    CHECK(kept(config, "python3.11", ""));
    CHECK(kept(config, "anything", "/usr/lib/a/b"));
    CHECK(kept(config, "systemd-resolve", "")); // as the kernel cuts it
    CHECK_FALSE(kept(config, "DIG", "/usr/bin/dig"));
    CHECK_FALSE(kept(config, "curl", "/usr/bin/curl"));
    CHECK_FALSE(kept(config, "curl", "")); // the path is not known

    config.processes.exclude = {"/usr/lib/evil"};
    CHECK_FALSE(kept(config, "dig", "/usr/lib/evil"));

    Sample bare(Action::kQuery, {{"a", kA}});
    bare.by(0, "dig").event.process->details = nullptr;
    CHECK(keeps(config, bare));
}

TEST_CASE("user ids") {
    FilterConfig config;
    config.uids.include = {0, 1000};
    config.uids.exclude = {1000};
    const auto kept = [&](std::uint32_t uid) {
        Sample sample(Action::kQuery, {{"a", kA}});
        return keeps(config, sample.by(uid, "dig"));
    };
    CHECK(kept(0));
    CHECK_FALSE(kept(1000));
    CHECK_FALSE(kept(33));
}

TEST_CASE("what has no process is judged by unattributed alone") {
    FilterConfig config;
    config.processes.include = {"dig"};
    config.uids.include = {0};
    CHECK(keeps(config, {Action::kQuery, {{"a", kA}}}));
    config.unattributed = Unattributed::kDrop;
    CHECK_FALSE(keeps(config, {Action::kQuery, {{"a", kA}}}));
    Sample attributed(Action::kQuery, {{"a", kA}});
    CHECK(keeps(config, attributed.by(0, "dig")));
}

TEST_CASE("networks of either end, and the direction") {
    Sample sample(Action::kQuery, {{"a.example", kA}});
    const auto network = [](const char* text) { return *parse_network(text); };
    sample.event.flow.source.address.bytes = network("10.1.2.3").prefix;
    sample.event.flow.destination.address.bytes = network("9.9.9.9").prefix;
    sample.event.direction = Direction::kEgress;
    FilterConfig config;
    config.networks.include = {network("10.0.0.0/8"), network("2001:db8::/32")};
    CHECK(keeps(config, sample));
    config.networks.include = {network("9.9.9.9")};
    CHECK(keeps(config, sample));
    config.networks.exclude = {network("10.1.0.0/16")};
    CHECK_FALSE(keeps(config, sample));
    config.networks = {{network("192.0.2.0/24")}, {}};
    CHECK_FALSE(keeps(config, sample));
    config.networks = {};
    config.direction = WantedDirection::kEgress;
    CHECK(keeps(config, sample));
    config.direction = WantedDirection::kIngress;
    CHECK_FALSE(keeps(config, sample));
}
