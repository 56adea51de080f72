// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "process/user_names.h"

TEST_CASE("names come from the user database") {
    dnsmon::UserNames names;
    CHECK(names.user(0) == "root");
    CHECK(names.group(0) == "root");
    CHECK(names.user(0) == "root"); // and from the cache
    CHECK(names.user(0x7ffffff0).empty());
    CHECK(names.group(0x7ffffff0).empty());
}
