// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "event/timestamp.h"

#include <cstdio>
#include <ctime>
#include <limits>
#include <random>
#include <string>

using namespace dnsmon;

namespace {

std::string libc(std::int64_t time_ns) {
    std::int64_t nanosecond = time_ns % 1'000'000'000;
    std::time_t second = time_ns / 1'000'000'000;
    if (nanosecond < 0) {
        nanosecond += 1'000'000'000;
        --second;
    }
    std::tm parts{};
    ::gmtime_r(&second, &parts);
    char text[80];
    std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%09ldZ", parts.tm_year + 1900, parts.tm_mon + 1,
                  parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, static_cast<long>(nanosecond));
    return text;
}

std::string ours(Timestamp& timestamp, std::int64_t time_ns) {
    TextBuffer line;
    timestamp.append(line, time_ns);
    return std::string(line.view());
}

} // namespace

TEST_CASE("times read as RFC 3339 in UTC with nanoseconds") {
    Timestamp timestamp;
    CHECK(ours(timestamp, 0) == "1970-01-01T00:00:00.000000000Z");
    CHECK(ours(timestamp, -1) == "1969-12-31T23:59:59.999999999Z");
    CHECK(ours(timestamp, 1'795'435'200'123'456'789) == "2026-11-23T12:00:00.123456789Z");
    CHECK(ours(timestamp, 1'709'164'800'000'000'000) == "2024-02-29T00:00:00.000000000Z");
    CHECK(ours(timestamp, std::numeric_limits<std::int64_t>::max()) == libc(std::numeric_limits<std::int64_t>::max()));
    CHECK(ours(timestamp, std::numeric_limits<std::int64_t>::min()) == libc(std::numeric_limits<std::int64_t>::min()));
}

TEST_CASE("any time agrees with gmtime, whatever was asked before") {
    std::mt19937_64 random(2);
    Timestamp timestamp;
    for (int i = 0; i < 100'000; ++i) {
        const auto time_ns = static_cast<std::int64_t>(random());
        REQUIRE(ours(timestamp, time_ns) == libc(time_ns));
        REQUIRE(ours(timestamp, time_ns / 2 + 1) == libc(time_ns / 2 + 1));
    }
}

TEST_CASE("milliseconds are cut, not rounded") {
    Timestamp timestamp;
    TextBuffer line;
    timestamp.append_milliseconds(line, 1'795'435'199'999'999'999);
    CHECK(line.view() == "2026-11-23T11:59:59.999Z");
}
