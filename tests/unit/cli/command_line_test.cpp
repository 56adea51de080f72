// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "cli/command_line.h"
#include "cli/exit_code.h"

#include <initializer_list>
#include <sstream>

using namespace dnsmon;

namespace {

std::variant<Command, PrintAndExit> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "dnsmon");
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

template <typename T>
T command(std::vector<const char*> arguments) {
    const auto parsed = parse(std::move(arguments));
    if (const auto* exit = std::get_if<PrintAndExit>(&parsed)) FAIL(exit->text);
    return std::get<T>(std::get<Command>(parsed));
}

PrintAndExit exit_of(std::vector<const char*> arguments) {
    const auto parsed = parse(std::move(arguments));
    REQUIRE(std::holds_alternative<PrintAndExit>(parsed));
    return std::get<PrintAndExit>(parsed);
}

} // namespace

TEST_CASE("run takes a configuration and --stdout") {
    CHECK_FALSE(command<RunCommand>({"run"}).config_path);
    CHECK_FALSE(command<RunCommand>({"run"}).to_stdout);
    CHECK(command<RunCommand>({"run", "-c", "/tmp/a.yaml"}).config_path == "/tmp/a.yaml");
    CHECK(command<RunCommand>({"run", "--config=/tmp/a.yaml", "--stdout"}).config_path == "/tmp/a.yaml");
    CHECK(command<RunCommand>({"run", "--stdout"}).to_stdout);
}

TEST_CASE("read takes files, ports and a format in any order") {
    const auto plain = command<ReadCommand>({"read", "a.pcap", "-"});
    CHECK(plain.files == std::vector<std::string>{"a.pcap", "-"});
    CHECK(plain.ports == std::vector<std::uint16_t>{53});
    CHECK(plain.format == Format::kEcs);

    const auto full =
        command<ReadCommand>({"read", "--port", "5353", "a.pcap", "--port", "53", "--format", "text", "b.pcap"});
    CHECK(full.files == std::vector<std::string>{"a.pcap", "b.pcap"});
    CHECK(full.ports == std::vector<std::uint16_t>{5353, 53});
    CHECK(full.format == Format::kText);
    CHECK(command<ReadCommand>({"read", "--format=flat", "--", "--odd"}).files == std::vector<std::string>{"--odd"});
}

TEST_CASE("check-config and doctor") {
    CHECK_FALSE(command<CheckConfigCommand>({"check-config"}).config_path);
    CHECK(command<CheckConfigCommand>({"check-config", "-c", "x"}).config_path == "x");
    CHECK_FALSE(command<DoctorCommand>({"doctor"}).json);
    CHECK_FALSE(command<DoctorCommand>({"doctor"}).config_path);
    CHECK(command<DoctorCommand>({"doctor", "--json"}).json);
    CHECK(command<DoctorCommand>({"doctor", "--config=x"}).config_path == "x");
}

TEST_CASE("surplus arguments are named in the order in which they stand") {
    CHECK(exit_of({"check-config", "x", "y", "z"}).text.find(": x y z\n") != std::string::npos);
}

TEST_CASE("a wrong command line is a usage error that says what is wrong") {
    const std::vector<std::pair<std::vector<const char*>, const char*>> cases{
        {{}, "a command is needed"},
        {{"walk"}, "walk"},
        {{"run", "--color"}, "--color"},
        {{"run", "surplus"}, "surplus"},
        {{"run", "-c"}, "config"},
        {{"run", "doctor"}, "doctor"},
        {{"read"}, "FILE"},
        {{"read", "a", "--port", "0"}, "port"},
        {{"read", "a", "--port", "65536"}, "port"},
        {{"read", "a", "--port", "dns"}, "port"},
        {{"read", "a", "--port", "-1"}, "port"},
        {{"read", "a", "--format", "xml"}, "xml"},
        {{"read", "a", "--format", "1"}, "1"},
        {{"doctor", "--stdout"}, "--stdout"},
    };
    for (const auto& [arguments, expected] : cases) {
        const auto exit = exit_of(arguments);
        INFO(exit.text);
        CHECK(exit.exit_code == kExitUsage);
        CHECK(exit.text.starts_with("dnsmon: "));
        CHECK(exit.text.find(expected) != std::string::npos);
        CHECK(exit.text.back() == '\n');
    }
}

TEST_CASE("ports are bounded") {
    std::vector<const char*> arguments{"read", "a"};
    for (int i = 0; i < 64; ++i) arguments.insert(arguments.end(), {"--port", "53"});
    CHECK(command<ReadCommand>(arguments).ports.size() == 64);
    arguments.insert(arguments.end(), {"--port", "53"});
    CHECK(exit_of(arguments).exit_code == kExitUsage);
}

TEST_CASE("help fits a screen of 80 by 24 and names every command") {
    const auto help = exit_of({"--help"});
    CHECK(help.exit_code == kExitOk);
    std::istringstream lines(help.text);
    std::string line;
    int count = 0;
    while (std::getline(lines, line)) {
        ++count;
        INFO(line);
        CHECK(line.size() <= 80);
    }
    CHECK(count <= 24);
    for (const auto* name : {"run", "read", "check-config", "doctor"}) {
        CHECK(help.text.find(std::string("\n  ") + name + " ") != std::string::npos);
        const auto own = exit_of({name, "--help"});
        CHECK(own.exit_code == kExitOk);
        CHECK(own.text.find(name) != std::string::npos);
    }
    CHECK(exit_of({"-h"}).text == help.text);
}

TEST_CASE("version names itself") {
    const auto version = exit_of({"--version"});
    CHECK(version.exit_code == kExitOk);
    CHECK(version.text == std::string("dnsmon ") + version_string() + "\n");
    CHECK(exit_of({"-V"}).text == version.text);
}
