// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "config/units.h"

using namespace dnsmon;
using namespace std::chrono_literals;

TEST_CASE("sizes are bytes or binary multiples") {
    CHECK(*parse_size("0") == 0);
    CHECK(*parse_size("4096") == 4096);
    CHECK(*parse_size("64KiB") == 65536);
    CHECK(*parse_size("16MiB") == 16777216);
    CHECK(*parse_size("1GiB") == 1073741824);
    CHECK(*parse_size("16777215TiB") == 16777215ULL << 40);
    for (const auto* text : {"", "MiB", "16 MiB", "16MB", "16mib", "-1", "+1", "1.5MiB", "0x10", "16777216TiB",
                             "18446744073709551616", "1KiBKiB"}) {
        INFO(text);
        CHECK_FALSE(parse_size(text));
    }
}

TEST_CASE("what is well written and too large is told from what is no quantity") {
    CHECK(parse_integer("18446744073709551616").error().code == kTooLarge);
    CHECK(parse_size("16777216TiB").error().code == kTooLarge);
    CHECK(parse_size("99999999999999999999KiB").error().code == kTooLarge);
    CHECK(parse_duration("99999999999999999999s").error().code == kTooLarge);
    for (const auto& error : {parse_integer("1x").error(), parse_size("99999999999999999999MB").error(),
                              parse_duration("99999999999999999999").error()}) {
        CHECK(error.code == 0);
        CHECK(error.message.find(" is not a ") != std::string::npos);
    }
    CHECK(parse_size("1MB").error().message == "\"1MB\" is not a size: write bytes, or KiB, MiB, GiB, TiB, as in 16MiB");
}

TEST_CASE("durations always have a unit") {
    CHECK(*parse_duration("500ms") == 500ms);
    CHECK(*parse_duration("5s") == 5s);
    CHECK(*parse_duration("2m") == 2min);
    CHECK(*parse_duration("1h") == 1h);
    CHECK(*parse_duration("1d") == 24h);
    for (const auto* text :
         {"", "5", "s", "5 s", "5S", "-5s", "1.5s", "5us", "never", "106751991168d", "99999999999999999999s"}) {
        INFO(text);
        CHECK_FALSE(parse_duration(text));
    }
}

TEST_CASE("modes are octal permission bits") {
    CHECK(*parse_mode("0640") == 0640U);
    CHECK(*parse_mode("640") == 0640U);
    CHECK(*parse_mode("0777") == 0777U);
    for (const auto* text : {"", "0", "64", "0800", "1777", "4755", "00640", "rw-r-----", "0o640", "-640"}) {
        INFO(text);
        CHECK_FALSE(parse_mode(text));
    }
}

TEST_CASE("what is formatted is read back") {
    for (const std::uint64_t bytes : {0ULL, 1ULL, 1023ULL, 1024ULL, 65536ULL, 1ULL << 30, (1ULL << 40) + 1, ~0ULL}) {
        CHECK(*parse_size(format_size(bytes)) == bytes);
    }
    CHECK(format_size(16U << 20) == "16MiB");
    for (const auto duration : {0ms, 1ms, 1000ms, 90000ms, 86400000ms}) {
        CHECK(*parse_duration(format_duration(duration)) == duration);
    }
    CHECK(format_duration(600s) == "10m");
}
