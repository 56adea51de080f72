// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "config/yaml_tree.h"

#include <string>

using namespace dnsmon;
using Kind = YamlNode::Kind;

namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

YamlError error_of(std::string_view text) {
    auto tree = parse_yaml(text);
    REQUIRE(tree.error);
    return *tree.error;
}

} // namespace

TEST_CASE("every node and key knows its place") {
    const auto tree = parse_yaml("a:\n  b: [1, \"2\"]\n  c:\nd: x\n");
    REQUIRE_FALSE(tree.error);
    REQUIRE(tree.root.kind == Kind::kMap);
    REQUIRE(tree.root.entries.size() == 2);

    const auto* list = find_entry(tree.root, "a.b");
    REQUIRE(list != nullptr);
    CHECK(list->place.line == 2);
    CHECK(list->place.column == 3);
    REQUIRE(list->value.items.size() == 2);
    CHECK(list->value.items[0].scalar == "1");
    CHECK_FALSE(list->value.items[0].quoted);
    CHECK(list->value.items[1].scalar == "2");
    CHECK(list->value.items[1].quoted);
    CHECK(list->value.items[1].place.column == 10);

    CHECK(find_entry(tree.root, "a.c")->value.kind == Kind::kNull);
    CHECK(find_entry(tree.root, "d")->value.place.line == 4);
    CHECK(find_entry(tree.root, "a.x") == nullptr);
    CHECK(find_entry(tree.root, "d.x") == nullptr);
}

TEST_CASE("empty texts are nothing") {
    for (const auto* text : {"", "\n", "# only a comment\n", "---\n", "---\n...\n"}) {
        const auto tree = parse_yaml(text);
        CHECK_FALSE(tree.error);
        CHECK(tree.root.kind == Kind::kNull);
    }
}

TEST_CASE("a key may stand twice: whoever reads the tree says so") {
    CHECK(parse_yaml("a: 1\na: 2\n").root.entries.size() == 2);
}

TEST_CASE("syntax errors have their place") {
    const auto open_list = error_of("a: 1\nb: [1, 2\n");
    CHECK(open_list.place.line >= 2);
    CHECK(open_list.what.starts_with("YAML syntax: "));
}

TEST_CASE("syntax errors are printable whatever the file holds") {
    CHECK(error_of("\"a\\\x9d@a\"").what.find('\x9d') == std::string::npos);
}

TEST_CASE("a quote that is never closed does not swallow what follows") {
    const auto quote = error_of("# \xc3\xbc\na: 'it''s'\npath: \"/a \\\" b\nmode: 0640\n");
    CHECK(quote.what == "the quote is never closed");
    CHECK(quote.place.line == 3);
    CHECK(quote.place.column == 7);
    CHECK(error_of("a: 'x''\n").what == "the quote is never closed");
    CHECK_FALSE(parse_yaml("a: 'x'''\nb: \"\\\"\"\nc: |\n  \"\nd: ''\n").error);
}

TEST_CASE("tags are refused, a byte order mark is not") {
    for (const auto* text : {"a: !x {b: 1}", "a: !!str b", "a: !!str \"b\"", "a: ! b", "a: !x [1]"}) {
        INFO(text);
        CHECK(error_of(text).what.find("tags") != std::string::npos);
    }
    const auto marked = parse_yaml("\xef\xbb\xbf"
                                   "a: \"b\"\n");
    CHECK(find_entry(marked.root, "a") != nullptr);
    CHECK(error_of("\xff\xfe"
                   "a:")
              .what.find("UTF-16") != std::string::npos);
}

TEST_CASE("a tab in the indentation is called by its name") {
    const auto error = error_of("a:\n\tb: 1\n");
    CHECK(error.place.line == 2);
    CHECK(error.place.column == 1);
    CHECK(error.what.find("tab") != std::string::npos);
}

TEST_CASE("what makes large trees of small files is refused") {
    const auto anchor = error_of("a: &x [1]\nb: *x\n");
    CHECK(anchor.place.line == 1);
    CHECK(anchor.what.find("anchors") != std::string::npos);
    CHECK(error_of("a: *x\n").place.line == 1);
    CHECK(error_of("[1]: 2\n").what.find("key") != std::string::npos);
    CHECK(error_of("a: 1\n---\nb: 2\n").what.find("second YAML document") != std::string::npos);
}

TEST_CASE("size, depth and number of values are bounded") {
    CHECK(error_of(repeated("[", 100000)).what.find("deep") != std::string::npos);
    CHECK(error_of(repeated("{a: ", 100000)).what.find("deep") != std::string::npos);
    CHECK(error_of("[" + repeated("1,", 70000) + "1]").what.find("values") != std::string::npos);
    CHECK(error_of(std::string(kYamlMaxBytes + 1, '#')).what.find("larger") != std::string::npos);
    CHECK_FALSE(parse_yaml(std::string(kYamlMaxBytes, '#')).error);
}

TEST_CASE("a binary file is called one") {
    using namespace std::string_view_literals;
    const auto error = error_of("a: 1\nb\0c"sv);
    CHECK(error.place.line == 2);
    CHECK(error.place.column == 2);
    CHECK(error.what.find("NUL") != std::string::npos);
}
