// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "config/quote.h"

using namespace dnsmon;

TEST_CASE("quoted text is short and printable") {
    CHECK(quoted("abc") == "\"abc\"");
    CHECK(quoted("a\n\x1b[31m\xff") == "\"a\\x0a\\x1b[31m\\xff\"");
    CHECK(quoted("say \"hi\" \\") == "\"say \\\"hi\\\" \\\\\"");
    CHECK(dnsmon::quoted(std::string(1000, 'x')).size() < 80);
}

TEST_CASE("printable text keeps its length and its quotes") {
    CHECK(printable("a \"b\"\t\x80") == "a \"b\"\\x09\\x80");
    CHECK(printable(std::string(1000, 'x')).size() == 1000);
}
