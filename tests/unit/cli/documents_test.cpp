// SPDX-License-Identifier: Apache-2.0
// dnsmon(8), the bash completion and --help against the commands' own options: what one has, all have.
#include "catch.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

using namespace dnsmon;

namespace {

const std::string kRoot = DNSMON_SOURCE_DIR;
constexpr const char* kCommands[] = {"run", "read", "check-config", "doctor"};

std::string content(const std::string& path) {
    std::ifstream file(path);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string printed(const std::vector<const char*>& arguments) {
    const auto parsed = parse_command_line(static_cast<int>(arguments.size()), arguments.data());
    return std::get<PrintAndExit>(parsed).text;
}

/// "--config" … as they stand in `text`.
std::set<std::string> options_in(const std::string& text) {
    static const std::regex option("--[a-z]+");
    return {std::sregex_token_iterator(text.begin(), text.end(), option), std::sregex_token_iterator()};
}

std::set<std::string> options_of_commands() {
    std::set<std::string> all;
    for (const auto* command : kCommands) all.merge(options_in(printed({"dnsmon", command, "--help"})));
    return all;
}

} // namespace

TEST_CASE("every option is in the help, in dnsmon(8) and in the completion") {
    auto options = options_of_commands();
    REQUIRE(options.contains("--stdout"));
    options.insert("--version");
    CHECK(options_in(printed({"dnsmon", "--help"})) == options);
    CHECK(options_in(content(kRoot + "/packaging/completion/dnsmon.bash")) == options);

    const auto page = content(kRoot + "/docs/man/dnsmon.8");
    for (const auto& option : options) {
        INFO(option);
        CHECK(page.find("Fl -" + option.substr(2)) != std::string::npos);
    }
    for (const auto* command : kCommands) CHECK(page.find(std::string(".It Cm ") + command) != std::string::npos);
}

TEST_CASE("dnsmon(8) has every exit status") {
    const auto page = content(kRoot + "/docs/man/dnsmon.8");
    const auto section = page.substr(page.find(".Sh EXIT STATUS"));
    for (const int status : {kExitOk, kExitFailed, kExitUsage, kExitNoPermission, kExitConfig})
        CHECK(section.find(".It " + std::to_string(status) + "\n") != std::string::npos);
}
