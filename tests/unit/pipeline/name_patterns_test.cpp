// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "pipeline/name_patterns.h"

using namespace dnsmon;

namespace {

bool match(const std::string& pattern, std::string_view name) {
    return NamePatterns(std::vector<std::string>{pattern}).match(name);
}

} // namespace

TEST_CASE("a plain name is that name, in any case, with or without its dot") {
    for (const auto* pattern : {"example.com", "Example.COM", "example.com."}) {
        CHECK(match(pattern, "example.com"));
        CHECK_FALSE(match(pattern, "www.example.com"));
        CHECK_FALSE(match(pattern, "notexample.com"));
        CHECK_FALSE(match(pattern, "com"));
    }
}

TEST_CASE("a leading dot takes in what is below") {
    CHECK(match(".example.com", "example.com"));
    CHECK(match(".example.com", "www.example.com"));
    CHECK(match(".example.com.", "a.b.example.com"));
    CHECK_FALSE(match(".example.com", "notexample.com"));
    CHECK_FALSE(match(".example.com", "com"));
}

TEST_CASE("a leading star label is what is below, only") {
    CHECK_FALSE(match("*.example.com", "example.com"));
    CHECK(match("*.example.com", "www.example.com"));
    CHECK(match("*.example.com", "a.b.example.com"));
    CHECK_FALSE(match("*.example.com", "notexample.com"));
}

TEST_CASE("a star elsewhere stays within its label") {
    CHECK(match("ad*.example.com", "ads1.example.com"));
    CHECK(match("ad*.example.com", "ad.example.com"));
    CHECK_FALSE(match("ad*.example.com", "ad.s.example.com"));
    CHECK_FALSE(match("ad*.example.com", "x.ads.example.com"));
    CHECK(match(".ad*.example.com", "x.y.ads.example.com"));
    CHECK(match(".ad*.example.com", "ads.example.com"));
    CHECK(match("*.ad*.example.com", "x.ads.example.com"));
    CHECK_FALSE(match("*.ad*.example.com", "ads.example.com"));
    CHECK(match("www.*.com", "www.example.com"));
    CHECK_FALSE(match("www.*.com", "www.a.b.com"));
}

TEST_CASE("everything, and the root") {
    CHECK(match("*", "example.com"));
    CHECK(match("*", "."));
    CHECK(match(".", "."));
    CHECK_FALSE(match(".", "com"));
    CHECK_FALSE(match(".com", "."));
    CHECK_FALSE(NamePatterns({}).match("com"));
    CHECK(NamePatterns({}).empty());
}

TEST_CASE("a dot inside a label is no boundary") {
    CHECK_FALSE(match(".example.com", "evil\\.example.com"));
    CHECK(match(".example.com", "evil\\\\.example.com"));
    CHECK(match("evil\\.example.com", "evil\\.example.com"));
    CHECK(match("evil*.com", "evil\\.example.com"));
    CHECK_FALSE(match("evil*.com", "evil.example.com"));
}

TEST_CASE("the longest names are judged") {
    std::string name;
    for (int i = 0; i < 127; ++i) name += i == 0 ? "a" : ".a";
    CHECK(match(".a.a", name));
    CHECK(match(".*.a", name));
    CHECK_FALSE(match(".b.a", name));
    std::string text;
    for (int i = 0; i < 400; ++i) text += "a."; // longer than any name: bounded all the same
    CHECK_FALSE(match("*.b*", text));
}

TEST_CASE("registered: is what is registered, wherever public suffixes end") {
    for (const auto* name : {"example.co.uk", "www.example.co.uk", "a.b.example.co.uk"}) {
        CHECK(match("registered:example.co.uk", name));
        CHECK(match("registered:Example.CO.UK.", name));
        CHECK(match("registered:example.*", name));
    }
    CHECK(match("registered:example.*", "www.example.com"));
    CHECK(match("registered:*.co.uk", "www.example.co.uk"));
    for (const auto* name : {"co.uk", "uk", "notexample.co.uk", "example.co.uk.evil.com", "."}) {
        CHECK_FALSE(match("registered:example.co.uk", name));
        CHECK_FALSE(match("registered:example.*", name));
    }
    CHECK_FALSE(match("registered:example.*", "example.other.com"));
}

TEST_CASE("suffix: is the public suffix, not what merely ends so") {
    CHECK(match("suffix:co.uk", "www.example.co.uk"));
    CHECK(match("suffix:co.uk", "co.uk"));
    CHECK_FALSE(match("suffix:uk", "www.example.co.uk"));
    CHECK(match("suffix:uk", "www.example.uk"));
    CHECK_FALSE(match("suffix:com", "co.uk"));
    CHECK_FALSE(match("suffix:com", "."));
}

TEST_CASE("patterns of all kinds stand in one list") {
    NamePatterns patterns(std::vector<std::string>{"suffix:org", "registered:example.*", ".test", "ad*.example.net"});
    CHECK_FALSE(patterns.empty());
    for (const auto* name : {"debian.org", "www.example.com", "a.test", "test", "ads.example.net"}) CHECK(patterns.match(name));
    CHECK_FALSE(patterns.match("www.debian.net"));
    CHECK_FALSE(NamePatterns(std::vector<std::string>{"suffix:org"}).empty());
}
