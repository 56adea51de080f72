// SPDX-License-Identifier: Apache-2.0
#include "app/check_config.h"
#include "app/run_config.h"
#include "catch.h"
#include "cli/exit_code.h"
#include "util/fd.h"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

using namespace dnsmon;

TEST_CASE("a valid file is ok on standard output") {
    std::ostringstream out;
    std::ostringstream err;
    CHECK(check_config({"/dev/null"}, out, err) == kExitOk);
    CHECK(out.str() == "/dev/null: ok\n");
    CHECK(err.str().empty());
}

TEST_CASE("every output off is named with its place, unless events go to standard output anyway") {
    char name[] = "/tmp/dnsmon_config_test.XXXXXX";
    const Fd file(::mkstemp(name));
    REQUIRE(file.valid());
    constexpr std::string_view kText = "output:\n  journald: false\n";
    REQUIRE(::write(file.get(), kText.data(), kText.size()) == static_cast<ssize_t>(kText.size()));
    const std::string path = name;
    const auto outcome = load_run_config({path, false});
    REQUIRE(outcome.problems.size() == 1);
    CHECK(outcome.problems[0].to_string() ==
          path + ":2:13: output.journald: journald, stdout and file are all off: events would go nowhere");
    CHECK(load_run_config({path, true}).ok());
    ::unlink(name);
}

TEST_CASE("problems go to standard error with exit code 78") {
    std::ostringstream out;
    std::ostringstream err;
    CHECK(check_config({"/nonexistent/dnsmon.yaml"}, out, err) == kExitConfig);
    CHECK(out.str().empty());
    CHECK(err.str() == "/nonexistent/dnsmon.yaml: opening: No such file or directory\n");
}
