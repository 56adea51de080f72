// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "packet/segment_queue.h"
#include "packet_builder.h"

#include <utility>

namespace dnsmon {
namespace {

using namespace test;

std::string drain(SegmentQueue& queue) {
    std::string out;
    while (!queue.empty()) {
        const auto piece = queue.pop_front();
        out += std::to_string(piece.position) + ":" + std::string(piece.bytes.begin(), piece.bytes.end());
        if (piece.missing_bytes != 0) out += "+" + std::to_string(piece.missing_bytes);
        out += " ";
    }
    return out;
}

TEST_CASE("pieces come out by position, without overlap, the first bytes seen staying") {
    using Inserts = std::vector<std::pair<std::uint64_t, std::string>>;
    const struct {
        const char* what;
        Inserts inserts;
        std::string pieces;
    } cases[] = {
        {"in order, joined", {{10, "ab"}, {12, "cd"}}, "10:abcd "},
        {"with a hole", {{10, "ab"}, {13, "de"}}, "10:ab 13:de "},
        {"backwards", {{14, "ef"}, {12, "cd"}, {10, "ab"}}, "10:ab 12:cd 14:ef "},
        {"the same again", {{10, "ab"}, {10, "XX"}}, "10:ab "},
        {"overlapping behind", {{10, "abc"}, {11, "XXde"}}, "10:abcde "},
        {"overlapping before", {{12, "cd"}, {10, "abXX"}}, "10:ab 12:cd "},
        {"covering several", {{11, "b"}, {13, "d"}, {10, "aXcXe"}}, "10:a 11:bc 13:de "},
        {"inside another", {{10, "abcd"}, {11, "XX"}}, "10:abcd "},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        SegmentQueue queue;
        std::size_t total = 0;
        for (const auto& [position, bytes] : c.inserts) queue.insert(position, text(bytes), 0, 0);
        for (const char ch : c.pieces) total += (ch >= 'a' && ch <= 'f') ? 1 : 0;
        CHECK(queue.bytes() == total);
        CHECK(drain(queue) == c.pieces);
        CHECK(queue.bytes() == 0);
    }
}

TEST_CASE("bytes that were not captured stay behind the piece they belong to") {
    SegmentQueue queue;
    queue.insert(10, text("ab"), 5, 0);
    queue.insert(17, text("cd"), 0, 0);
    CHECK(drain(queue) == "10:ab+5 17:cd ");
}

TEST_CASE("bytes keep the time at which they arrived") {
    SegmentQueue queue;
    queue.insert(10, text("ab"), 0, 3);
    queue.insert(14, text("ef"), 0, 1);
    queue.insert(11, text("XcdX"), 0, 2); // two of them were there
    const auto joined = queue.pop_front();
    REQUIRE(joined.arrivals.size() == 2);
    CHECK(joined.arrivals[0].end == 2);
    CHECK(joined.arrivals[0].time_ns == 3);
    CHECK(joined.arrivals[1].end == 4);
    CHECK(joined.arrivals[1].time_ns == 2);
    CHECK(queue.pop_front().arrivals[0].time_ns == 1);
    for (unsigned i = 0; i < 1000; ++i) queue.insert(100 + i, text("x"), 0, 1000 - i);
    const auto crumbs = queue.pop_front();
    CHECK(crumbs.arrivals.size() == 64); // bounded: the rest shares the latest time of theirs
    CHECK(crumbs.arrivals.back().end == 1000);
    CHECK(crumbs.arrivals.back().time_ns == 1000 - 63);
}

} // namespace
} // namespace dnsmon
