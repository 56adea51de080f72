// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "pipeline/interface_names.h"

#include <map>

using dnsmon::InterfaceNames;

TEST_CASE("a name is asked for once and keeps its address") {
    std::map<std::uint32_t, std::string> devices{{1, "lo"}, {2, "eth0"}};
    int asked = 0;
    InterfaceNames names([&](std::uint32_t index) -> std::string_view {
        ++asked;
        return devices[index];
    });
    const std::string* lo = names.find(1);
    REQUIRE(lo != nullptr);
    CHECK(*lo == "lo");
    CHECK(names.find(1) == lo);
    CHECK(asked == 1);
    CHECK(names.find(9) == nullptr);

    SECTION("a renamed device is seen after a refresh, and the old name stays readable") {
        devices[2] = "eth0";
        const std::string* before = names.find(2);
        devices[2] = "wan";
        CHECK(names.find(2) == before);
        names.refresh();
        CHECK(*names.find(2) == "wan");
        CHECK(*before == "eth0");
        CHECK(names.find(1) == lo);
    }
}
