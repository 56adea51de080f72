// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "event/json_append.h"

#include <nlohmann/json.hpp>
#include <random>
#include <string>

using namespace dnsmon;
using namespace std::string_literals;

namespace {

std::string as_json(std::string_view text) {
    TextBuffer line;
    append_json_string(line, text);
    return std::string(line.view());
}

} // namespace

TEST_CASE("quotes, backslashes and controls are escaped") {
    CHECK(as_json("") == R"("")");
    CHECK(as_json("plain text, rather long") == R"("plain text, rather long")");
    CHECK(as_json("a\"b\\c") == R"("a\"b\\c")");
    CHECK(as_json("\0\n\x1f"s) == R"("\u0000\u000a\u001f")");
    CHECK(as_json("del\x7f") == R"("del\u007f")");
    CHECK(as_json("csi\xc2\x9b") == R"("csi\u009b")");
    CHECK(as_json("sep\xe2\x80\xa8") == R"("sep\u2028")");
}

TEST_CASE("valid UTF-8 stays, the rest becomes U+FFFD byte by byte") {
    CHECK(as_json("Zürich €😀") == "\"Zürich €😀\"");
    CHECK(as_json("\xff") == "\"\xef\xbf\xbd\"");
    CHECK(as_json("\xc0\xaf") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");                 // overlong
    CHECK(as_json("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""); // surrogate
    CHECK(as_json("\xf4\x90\x80\x80x").ends_with("x\""));                         // beyond U+10FFFF
    CHECK(as_json("cut \xe2\x82") == "\"cut \xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST_CASE("every byte at every place in a word is found") {
    for (std::size_t place = 0; place < 17; ++place) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string text(17, 'x');
            text[place] = static_cast<char>(byte);
            const auto parsed = nlohmann::json::parse(as_json(text)); // strict about UTF-8 and controls
            const bool ascii = byte < 0x80;
            REQUIRE((parsed.get<std::string>() == text) == ascii);
        }
    }
}

TEST_CASE("random bytes give valid JSON, and give it again when read and written") {
    std::mt19937 random(3);
    for (int i = 0; i < 20'000; ++i) {
        std::string text(random() % 40, '\0');
        for (char& c : text) c = static_cast<char>(random() % 3 == 0 ? random() : 0x20 + random() % 0x60);
        const std::string once = as_json(text);
        const auto parsed = nlohmann::json::parse(once).get<std::string>();
        REQUIRE(as_json(parsed) == once);
        for (const char c : once) REQUIRE((static_cast<unsigned char>(c) >= 0x20 && c != 0x7f));
    }
}
