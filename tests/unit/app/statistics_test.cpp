// SPDX-License-Identifier: Apache-2.0
// What is emitted is what docs/event-schema.md lists: every number of the statistics event, every metric, in one table.
#include "app/statistic_table.h"
#include "app/statistics_json.h"
#include "app/statistics_metrics.h"
#include "catch.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>

using namespace dnsmon;
using nlohmann::json;

namespace {

using Names = std::set<std::string>;

ServerAddress v4(std::uint8_t last) { return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, last}; }

/// Everything that may be there is there.
Statistics maximal() {
    Statistics all;
    all.flavour = "cgroup";
    all.taken_at_ns = 10'000'000'000;
    all.counters.fill(5);
    all.writer.written = 4;
    all.writer.dropped.fill(1);
    for (const auto* name : {"file", "journald", "stdout"}) {
        all.writer.sinks.push_back({name, 3, {}, false});
        all.writer.sinks.back().dropped.fill(1);
    }
    ServerAnswers server;
    server.server = v4(1);
    server.timeouts = 2;
    server.latency.counts[latency_step(3'000'000)] = 10;
    server.latency.sum_ns = 30'000'000;
    all.servers = {server, server};
    all.servers.back().server.reset();
    return all;
}

void flatten(const json& value, const std::string& path, Names& names) {
    if (value.is_object()) {
        for (const auto& [key, inner] : value.items()) flatten(inner, path.empty() ? key : path + "." + key, names);
    } else if (value.is_array()) {
        for (const auto& inner : value) flatten(inner, path, names);
    } else {
        names.insert(path);
    }
}

/// "sinks.file.written" -> "sinks.NAME.written", "….dropped_by.closed" -> "….dropped_by.REASON".
Names emitted_paths() {
    Names paths;
    flatten(to_json(maximal(), Statistics{}), "", paths);
    Names general;
    for (auto path : paths) {
        path = std::regex_replace(path, std::regex("^sinks\\.[a-z]+"), "sinks.NAME");
        general.insert(std::regex_replace(path, std::regex("dropped_by\\.[a-z_]+"), "dropped_by.REASON"));
    }
    return general;
}

struct Row {
    std::string path, metric, help;
};

/// "| `path` | `metric` | help |" under "## Statistics"; either name may be missing.
std::vector<Row> documented() {
    std::ifstream in(DNSMON_SCHEMA_DOC);
    REQUIRE(in.good());
    static const std::regex row("\\| (?:`([^`]+)`)? ?\\| (?:`([^`{]+)(?:\\{[^`]*\\})?`)? ?\\| (.*) \\|");
    std::vector<Row> rows;
    bool here = false;
    for (std::string line; std::getline(in, line);) {
        if (line.rfind("## ", 0) == 0) here = line == "## Statistics";
        std::smatch found;
        if (here && line.rfind("| `", 0) + line.rfind("|  |", 0) != 2 * std::string::npos &&
            std::regex_match(line, found, row))
            rows.push_back({found[1], found[2], found[3]});
    }
    return rows;
}

} // namespace

TEST_CASE("every number of a statistics event is in the table of the schema, and no other") {
    Names listed;
    for (const auto& row : documented())
        if (!row.path.empty()) CHECK(listed.insert(row.path).second);
    CHECK(emitted_paths() == listed);
}

TEST_CASE("every metric is in the table of the schema, and no other") {
    Names listed;
    for (const auto& row : documented())
        if (!row.metric.empty()) CHECK(listed.insert(row.metric).second);
    Names emitted;
    for (const auto& family : to_metrics(maximal(), "0.1.0")) CHECK(emitted.insert(family.name).second);
    CHECK(emitted == listed);
}

TEST_CASE("the table of the schema says what the program says") {
    std::map<std::string, std::string> help;
    for (const auto& row : documented()) help[row.path.empty() ? row.metric : row.path] = row.help;
    for (const StatisticRow& row : statistic_rows()) CHECK(help[std::string(row.path)] == row.help);
    for (const CounterInfo& info : kCounterTable) CHECK(help[std::string("counters.") + info.name] == info.help);
}

TEST_CASE("metrics: counters end in _total, histograms add up, every label set is there once") {
    for (const auto& family : to_metrics(maximal(), "0.1.0")) {
        INFO(family.name);
        CHECK_FALSE(family.help.empty());
        CHECK((family.kind == MetricKind::kCounter) == family.name.ends_with("_total"));
        std::set<std::vector<std::pair<std::string, std::string>>> labels;
        for (const auto& sample : family.samples) CHECK(labels.insert(sample.labels).second);
        if (family.kind != MetricKind::kHistogram) continue;
        for (const auto& sample : family.samples) {
            CHECK(sample.count == 10);
            CHECK(std::abs(sample.sum - 0.03) < 1e-9);
            CHECK(std::is_sorted(sample.buckets.begin(), sample.buckets.end(), [](const auto& a, const auto& b) {
                return a.upper_bound < b.upper_bound && a.cumulative_count <= b.cumulative_count;
            }));
            for (const auto& bucket : sample.buckets) CHECK(bucket.cumulative_count == (bucket.upper_bound > 0.003 ? 10 : 0));
        }
    }
}

TEST_CASE("rates and quantiles are of the time since the last statistics") {
    Statistics before = maximal();
    Statistics now = before;
    now.taken_at_ns += 4'000'000'000;
    now.counters[static_cast<std::size_t>(Counter::kMessagesFound)] += 1000;
    now.writer.written += 990;
    now.writer.dropped[1] += 10;
    now.servers.front().latency.counts[latency_step(50'000'000)] += 100;
    const auto told = to_json(now, before);
    CHECK(told["rates"]["messages"] == 250.0);
    CHECK(told["rates"]["written"] == 247.5);
    CHECK(told["rates"]["lost"] == 2.5);
    CHECK(told["rates"]["filtered"] == 0.0);
    REQUIRE(told["resolvers"].size() == 1);
    const auto& server = told["resolvers"][0];
    CHECK(server["server"] == "192.0.2.1");
    CHECK(server["answers"] == 100);
    CHECK(server["timeouts"] == 0);
    for (const auto* quantile : {"p50_ns", "p90_ns", "p99_ns"}) CHECK(std::abs(server[quantile].get<double>() / 5e7 - 1) < 0.0625);
}

TEST_CASE("the books balance or they do not") {
    Statistics books;
    const auto set = [&](Counter counter, std::uint64_t n) { books.counters[static_cast<std::size_t>(counter)] = n; };
    books.kernel.submitted = 10;
    set(Counter::kPacketsReceived, 10);
    set(Counter::kPacketsMessage, 9);
    set(Counter::kPacketsControl, 1);
    set(Counter::kMessagesFound, 9);
    set(Counter::kTimeouts, 1);
    set(Counter::kEventsFiltered, 4);
    set(Counter::kEventsEncoded, 6);
    books.notices = 2;
    books.writer.written = 7;
    books.writer.dropped[static_cast<std::size_t>(DropReason::kDiskFull)] = 1;
    CHECK(books.balanced());
    CHECK(books.submitted() == 12);
    CHECK(books.in_flight() == 0);
    books.writer.written = 6;
    CHECK_FALSE(books.balanced());
    CHECK(books.in_flight() == 1);
}
