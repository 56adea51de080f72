// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "util/result.h"

#include <cerrno>
#include <memory>

using namespace dnsmon;

namespace {
Result<std::unique_ptr<int>> make(bool work) {
    if (!work) return system_error("opening the door", EACCES);
    return std::make_unique<int>(7);
}
Result<void> step(bool work) {
    if (!work) return Error{"no", 0};
    return {};
}
} // namespace

TEST_CASE("a result is a value") {
    auto made = make(true);
    REQUIRE(made);
    CHECK(**made == 7);
    const std::unique_ptr<int> taken = std::move(made).value();
    CHECK(*taken == 7);
    CHECK(step(true));
}

TEST_CASE("or an error that says what was being done and why it failed") {
    auto made = make(false);
    REQUIRE(!made);
    CHECK(made.error().message == "opening the door: Permission denied");
    CHECK(made.error().code == EACCES);
    CHECK(std::move(made).error().within("going in").message == "going in: opening the door: Permission denied");
    CHECK(step(false).error().message == "no");
}
