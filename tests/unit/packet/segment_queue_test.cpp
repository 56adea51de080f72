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
        for (const auto& [position, bytes] : c.inserts) queue.insert(position, text(bytes), 0);
        for (const char ch : c.pieces) total += (ch >= 'a' && ch <= 'f') ? 1 : 0;
        CHECK(queue.bytes() == total);
        CHECK(drain(queue) == c.pieces);
        CHECK(queue.bytes() == 0);
    }
}

TEST_CASE("bytes that were not captured stay behind the piece they belong to") {
    SegmentQueue queue;
    queue.insert(10, text("ab"), 5);
    queue.insert(17, text("cd"), 0);
    CHECK(drain(queue) == "10:ab+5 17:cd ");
}

} // namespace
} // namespace dnsmon
