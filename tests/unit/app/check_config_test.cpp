// SPDX-License-Identifier: Apache-2.0
#include "app/check_config.h"
#include "catch.h"
#include "cli/exit_code.h"

#include <sstream>

using namespace dnsmon;

TEST_CASE("a valid file is ok on standard output") {
    std::ostringstream out;
    std::ostringstream err;
    CHECK(check_config({"/dev/null"}, out, err) == kExitOk);
    CHECK(out.str() == "/dev/null: ok\n");
    CHECK(err.str().empty());
}

TEST_CASE("problems go to standard error with exit code 78") {
    std::ostringstream out;
    std::ostringstream err;
    CHECK(check_config({"/nonexistent/dnsmon.yaml"}, out, err) == kExitConfig);
    CHECK(out.str().empty());
    CHECK(err.str() == "/nonexistent/dnsmon.yaml: opening: No such file or directory\n");
}
