// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "pipeline/glob.h"

#include <string>

using dnsmon::glob_match;

TEST_CASE("a star stands for any run of characters") {
    CHECK(glob_match("", ""));
    CHECK(glob_match("*", ""));
    CHECK(glob_match("*", "anything/at.all"));
    CHECK(glob_match("python3*", "python3.11"));
    CHECK(glob_match("/opt/*/bin/*", "/opt/a/b/bin/c"));
    CHECK(glob_match("a*b*c", "abbbcbc"));
    CHECK(glob_match("**a**", "xax"));
    CHECK_FALSE(glob_match("", "a"));
    CHECK_FALSE(glob_match("a", ""));
    CHECK_FALSE(glob_match("a*b", "abc"));
    CHECK_FALSE(glob_match("*a", "ab"));
    CHECK_FALSE(glob_match("a?c", "abc"));
}

TEST_CASE("many stars on a long text that does not match stay cheap") {
    std::string pattern;
    for (int i = 0; i < 100; ++i) pattern += "a*";
    CHECK_FALSE(glob_match(pattern + "b", std::string(4096, 'a')));
}
