// SPDX-License-Identifier: Apache-2.0
#include "config/dns_names.h"

#include "catch.h"

using namespace dnsmon;

TEST_CASE("record types by name, by number, in any case") {
    CHECK(type_from_name("A") == 1);
    CHECK(type_from_name("aaaa") == 28);
    CHECK(type_from_name("HTTPS") == 65);
    CHECK(type_from_name("NSAP-PTR") == 23);
    CHECK(type_from_name("ANY") == 255);
    CHECK(type_from_name("DLV") == 32769);
    CHECK(type_from_name("TYPE65") == 65);
    CHECK(type_from_name("type65535") == 65535);
    for (const auto* name : {"", "B", "28", "TYPE", "TYPE65536", "TYPE-1", "TYPE65x", "*", "A "}) {
        INFO(name);
        CHECK_FALSE(type_from_name(name));
    }
}

TEST_CASE("response codes by name and by number") {
    CHECK(rcode_from_name("NOERROR") == 0);
    CHECK(rcode_from_name("nxdomain") == 3);
    CHECK(rcode_from_name("BADVERS") == 16);
    CHECK(rcode_from_name("BADSIG") == 16);
    CHECK(rcode_from_name("BADCOOKIE") == 23);
    CHECK(rcode_from_name("RCODE3841") == 3841);
    for (const auto* name : {"", "3", "NXDOMAINS", "RCODE", "RCODE4096"}) {
        INFO(name);
        CHECK_FALSE(rcode_from_name(name));
    }
}
