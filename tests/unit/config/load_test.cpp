// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "config/load.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

using namespace dnsmon;
using namespace std::chrono_literals;

namespace {

Config loaded(std::string_view text) {
    auto outcome = parse_config(text, "test.yaml");
    for (const auto& problem : outcome.problems) FAIL_CHECK(problem.to_string());
    return std::move(outcome.config);
}

/// All problems, a line each.
std::string problems(std::string_view text) {
    std::string out;
    for (const auto& problem : parse_config(text, "f").problems) out += problem.to_string() + "\n";
    return out;
}

struct TemporaryFile {
    std::string path;
    explicit TemporaryFile(std::string_view text) {
        char name[] = "/tmp/dnsmon_config_test.XXXXXX";
        const int fd = ::mkstemp(name);
        REQUIRE(fd >= 0);
        REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        ::close(fd);
        path = name;
    }
    ~TemporaryFile() { ::unlink(path.c_str()); }
};

} // namespace

TEST_CASE("a pipe is read where somebody writes, and never waited for else") {
    const std::string path = "/tmp/dnsmon_config_test." + std::to_string(::getpid());
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    CHECK(load_config(path).problems.at(0).to_string() == path + ": not a regular file, and nobody writes to it");
    ::unlink(path.c_str());
    int ends[2]; // as the shell's <(…) is
    REQUIRE(::pipe(ends) == 0);
    std::thread writer([&] {
        CHECK(::write(ends[1], "log: {level: warn}\n", 19) == 19);
        ::close(ends[1]);
    });
    const auto outcome = load_config("/proc/self/fd/" + std::to_string(ends[0]));
    writer.join();
    ::close(ends[0]);
    CHECK(outcome.ok());
    CHECK(outcome.config.log.level == LogLevel::kWarn);
}

TEST_CASE("an empty file and empty sections are the defaults") {
    for (const auto* text : {"", "# nothing\n", "capture:\noutput:\n  file:\n"}) {
        const auto config = loaded(text);
        CHECK(config.capture.ports == std::vector<std::uint16_t>{53});
        CHECK(config.output.journald);
        CHECK(config.output.file.mode == 0640U);
    }
}

TEST_CASE("every kind of value gets where it belongs") {
    const auto config = loaded(R"(
capture: {interfaces: [eth0, wlan0], ports: [53, 5353], loopback: false, ring_buffer: 64KiB}
hooks: {mode: cgroup, owners: 1024}
filter:
  queries: false
  types: [A, https, TYPE65280]
  names: {include: [.example.com], exclude: ["*.ads.example"]}
  processes: {include: dig, exclude: ["/opt/*"]}
  uids: {include: [0, 1000], exclude: 33}
  response_codes: NXDOMAIN
  unattributed: drop
pairing: {enabled: false, timeout: 500ms, entries: 4096}
workers: {threads: 4, queue: 64}
enrich: {command_line: false}
output:
  format: flat
  journald: false
  stdout: true
  file: {enabled: true, path: /tmp/x, max_size: never, max_files: 1, mode: 0600}
stats: {interval: never}
log: {level: debug}
)");
    CHECK(config.capture.interfaces == std::vector<std::string>{"eth0", "wlan0"});
    CHECK(config.capture.ports == std::vector<std::uint16_t>{53, 5353});
    CHECK_FALSE(config.capture.loopback);
    CHECK(config.capture.ring_buffer_bytes == 65536);
    CHECK(config.hooks.mode == HookMode::kCgroup);
    CHECK(config.hooks.owners == 1024);
    CHECK_FALSE(config.filter.queries);
    CHECK(config.filter.responses);
    CHECK(config.filter.types == std::vector<std::uint16_t>{1, 65, 65280});
    CHECK(config.filter.names.include == std::vector<std::string>{".example.com"});
    CHECK(config.filter.names.exclude == std::vector<std::string>{"*.ads.example"});
    CHECK(config.filter.processes.include == std::vector<std::string>{"dig"});
    CHECK(config.filter.processes.exclude == std::vector<std::string>{"/opt/*"});
    CHECK(config.filter.uids.include == std::vector<std::uint32_t>{0, 1000});
    CHECK(config.filter.uids.exclude == std::vector<std::uint32_t>{33});
    CHECK((config.filter.response_codes == std::vector<CodeRange>{{3, 3}}));
    CHECK(config.filter.unattributed == Unattributed::kDrop);
    CHECK_FALSE(config.pairing.enabled);
    CHECK(config.pairing.timeout == 500ms);
    CHECK(config.pairing.entries == 4096);
    CHECK(config.workers.threads == 4);
    CHECK(config.workers.queue == 64);
    CHECK_FALSE(config.enrich.command_line);
    CHECK(config.output.format == Format::kFlat);
    CHECK_FALSE(config.output.journald);
    CHECK(config.output.to_stdout);
    CHECK(config.output.file.enabled);
    CHECK(config.output.file.path == "/tmp/x");
    CHECK(config.output.file.max_size_bytes == 0);
    CHECK(config.output.file.max_files == 1);
    CHECK(config.output.file.mode == 0600U);
    CHECK(config.stats.interval == 0ms);
    CHECK(config.log.level == LogLevel::kDebug);
}

TEST_CASE("words for everything") {
    const auto config =
        loaded("capture: {interfaces: any}\nfilter: {types: all, response_codes: all}\nworkers: {threads: auto}\n");
    CHECK(config.capture.interfaces.empty());
    CHECK(loaded("capture: {namespaces: host}").capture.namespaces.empty());
    CHECK(loaded("capture: {namespaces: all}").capture.namespaces == std::vector<std::string>{"all"});
    CHECK(loaded("capture: {namespaces: [blue, /run/docker/netns/1]}").capture.namespaces ==
          std::vector<std::string>{"blue", "/run/docker/netns/1"});
    CHECK(config.filter.types.empty());
    CHECK(config.filter.response_codes.empty());
    CHECK(config.workers.threads == 0);
    CHECK(loaded("capture: {interfaces: eth0, ports: 5353}").capture.interfaces == std::vector<std::string>{"eth0"});
}

TEST_CASE("record types and response codes by name and by number") {
    const auto filter = loaded("filter: {types: [a, AAAA, nsap-ptr, DLV, TYPE65, type65535, TYPE1], response_codes: "
                               "[NOERROR, nxdomain, BADVERS, RCODE3841, SERVFAIL-RCODE5]}")
                            .filter;
    CHECK(filter.types == std::vector<std::uint16_t>{1, 28, 23, 32769, 65, 65535, 1});
    CHECK((filter.response_codes == std::vector<CodeRange>{{0, 0}, {3, 3}, {16, 16}, {3841, 3841}, {2, 5}}));
    for (const std::string type : {"B", "28", "TYPE", "TYPE65536", "TYPE-1", "TYPE65x", "\"*\"", "\"\""}) {
        INFO(type);
        CHECK(problems("filter: {types: " + type + "}").find("is no record type") != std::string::npos);
    }
    for (const std::string rcode : {"3", "NXDOMAINS", "RCODE", "RCODE4096", "3-5", "-NXDOMAIN", "NXDOMAIN-", "RCODE1-RCODE2-RCODE3"}) {
        INFO(rcode);
        CHECK(problems("filter: {response_codes: " + rcode + "}").find("is no response code") != std::string::npos);
    }
    CHECK(problems("filter: {response_codes: [NXDOMAIN-SERVFAIL]}") ==
          "f:1:27: filter.response_codes: \"NXDOMAIN-SERVFAIL\" is an empty range: its last code comes before its first\n");
}

TEST_CASE("each problem names its place, its key and what is wrong") {
    const std::vector<std::pair<const char*, const char*>> cases{
        {"captur: {}", "f:1:1: captur: unknown key; did you mean capture?\n"},
        {"capture:\n  prots: [53]", "f:2:3: capture.prots: unknown key; did you mean ports?\n"},
        {"output:\n  max_size: 1MiB", "f:2:3: output.max_size: unknown key; did you mean output.file.max_size?\n"},
        {"log: {colour: red}", "f:1:7: log.colour: unknown key; known here: level\n"},
        {"capture.ports: 53", "f:1:1: capture.ports: unknown key; known here: capture hooks filter pairing workers "
                              "enrich privacy output stats metrics log\n"},
        {"\"a\\nb\": 1", "f:1:1: \"a\\x0ab\": unknown key; known here: capture hooks filter pairing workers enrich "
                         "privacy output stats metrics log\n"},
        {"- capture", "f:1:1: a map of keys is expected, not a list\n"},
        {"capture", "f:1:1: a map of keys is expected, not \"capture\"\n"},
        {"capture: 53", "f:1:10: capture: a map of keys is expected, not \"53\"\n"},
        {"capture: {ports: }", "f:1:18: capture.ports: a single value is expected, not nothing\n"},
        {"capture: {ports: {a: 1}}", "f:1:18: capture.ports: a single value is expected, not a map\n"},
        {"capture: {ports: []}", "f:1:18: capture.ports: the list is empty: name at least one\n"},
        {"capture: {ports: [53, 0]}", "f:1:23: capture.ports: 0 is out of range: 1 to 65535 is allowed\n"},
        {"capture: {ports: [65536]}", "f:1:19: capture.ports: 65536 is out of range: 1 to 65535 is allowed\n"},
        {"capture: {ports: [dns]}", "f:1:19: capture.ports: \"dns\" is not a whole number\n"},
        {"capture: {ports: \"53\"}", "f:1:18: capture.ports: a number is expected, not \"53\" in quotes\n"},
        {"capture: {interfaces: []}", "f:1:23: capture.interfaces: the list is empty: name at least one, or any\n"},
        {"capture: {interfaces: [lo, any]}", "f:1:28: capture.interfaces: \"any\" stands alone, not in a list\n"},
        {"capture: {namespaces: [blue, all]}", "f:1:30: capture.namespaces: \"all\" stands alone, not in a list\n"},
        {"capture: {namespaces: a/b}", "f:1:23: capture.namespaces: \"a/b\" is no name of a network namespace, nor a path\n"},
        {"capture: {loopback: maybe}", "f:1:21: capture.loopback: true or false is expected, not \"maybe\"\n"},
        {"capture: {loopback: \"true\"}",
         "f:1:21: capture.loopback: true or false is expected, not \"true\" in quotes\n"},
        {"capture: {ring_buffer: 3MiB}",
         "f:1:24: capture.ring_buffer: 3MiB is not a power of two: take 2MiB or 4MiB\n"},
        {"capture: {ring_buffer: 32KiB}",
         "f:1:24: capture.ring_buffer: 32KiB is out of range: 64KiB to 1GiB is allowed\n"},
        {"capture: {ring_buffer: 2GiB}",
         "f:1:24: capture.ring_buffer: 2GiB is out of range: 64KiB to 1GiB is allowed\n"},
        {"hooks: {mode: kprobes}",
         "f:1:15: hooks.mode: \"kprobes\" is not one of auto, fentry, kprobe, cgroup, none; did you mean kprobe?\n"},
        {"hooks: {owners: 1023}", "f:1:17: hooks.owners: 1023 is out of range: 1024 to 4194304 is allowed\n"},
        {"filter: {types: [A, B28]}",
         "f:1:21: filter.types: \"B28\" is no record type: write its name, or TYPE and its number, as in TYPE65\n"},
        {"filter: {uids: [0]}", "f:1:16: filter.uids: a map of keys is expected, not a list\n"},
        {"filter: {uids: {include: [root]}}", "f:1:27: filter.uids.include: \"root\" is not a whole number\n"},
        {"filter: {names: {include: [a..b]}}", "f:1:28: filter.names.include: \"a..b\" has an empty label\n"},
        {"pairing: {timeout: 5}",
         "f:1:20: pairing.timeout: \"5\" is not a duration: write a number and ms, s, m, h or d, as in 5s\n"},
        {"workers: {threads: 99999999999999999999}",
         "f:1:20: workers.threads: 99999999999999999999 is out of range: 0 to 64 is allowed, or auto\n"},
        {"pairing: {timeout: 99999999999999999999s}",
         "f:1:20: pairing.timeout: 99999999999999999999s is out of range: 100ms to 10m is allowed\n"},
        {"filter: {names: {include: [\"a b\"]}}",
         "f:1:28: filter.names.include: \"a b\" holds a blank or bytes outside printable ASCII: write international "
         "names as xn--..., others as \\DDD\n"},
        {"pairing: {timeout: 0s}", "f:1:20: pairing.timeout: 0s is out of range: 100ms to 10m is allowed\n"},
        {"workers: {threads: 65}", "f:1:20: workers.threads: 65 is out of range: 0 to 64 is allowed, or auto\n"},
        {"output: {file: {path: events.json}}", "f:1:23: output.file.path: \"events.json\" is not an absolute path\n"},
        {"output: {file: {mode: \"0444\"}}",
         "f:1:23: output.file.mode: \"0444\" keeps the owner from reading or writing\n"},
        {"output: {file: {max_files: 0}}", "f:1:28: output.file.max_files: 0 is out of range: 1 to 10000 is allowed\n"},
        {"log:\n  level: info\n  level: debug", "f:3:3: log.level: the key stands twice, first at line 2\n"},
        {"filter: {queries: false,\n responses: false}",
         "f:2:13: filter.responses: queries and responses are both false: nothing would be logged\n"},
        {"log: {level: info}\noutput:\n  journald: false",
         "f:3:13: output.journald: journald, stdout and file are all off: events would go nowhere\n"},
        {"filter: {processes: {exclude: /bin/x}}\nenrich: {executable: false}",
         "f:2:22: enrich.executable: filter.processes names executables by their path: this must be true\n"},
        {"filter: {names: {include: [*.example.com]}}",
         "f:1:28: aliases (*) are not supported; a text that begins with * needs quotes\n"},
        {"a:\n\tb: 1", "f:2:1: a tab in the indentation: YAML wants spaces\n"},
    };
    for (const auto& [text, expected] : cases) {
        INFO(text);
        CHECK(problems(text) == expected);
    }
}

TEST_CASE("keys of any bytes are printable in messages") {
    for (std::size_t length = 1; length < 80; ++length) {
        const auto line = problems(std::string(length, 'k') + "\xff\xff\xff: 1\n");
        INFO(line);
        CHECK(line.find('\xff') == std::string::npos);
    }
}

TEST_CASE("the key of hashes is read with the file, what is wrong with it has its place") {
    const TemporaryFile file("");
    const std::string& path = file.path;
    const auto load = [&](const std::string& content, mode_t mode) {
        REQUIRE(::chmod(path.c_str(), 0600) == 0);
        std::ofstream(path) << content;
        REQUIRE(::chmod(path.c_str(), mode) == 0);
        return parse_config("privacy:\n  answers: hash\n  key_file: " + path + "\n", "f");
    };
    const std::string digits = "000102030405060708090A0b0c0d0e0f";
    const auto good = load(digits + "\n", 0640);
    REQUIRE(good.ok());
    REQUIRE(good.config.privacy.key);
    for (std::uint8_t i = 0; i < 16; ++i) CHECK((*good.config.privacy.key)[i] == i);
    CHECK(good.config.privacy.hashes());
    CHECK(load(digits, 0400).ok());

    const auto problem = [&](const std::string& content, mode_t mode) {
        const auto outcome = load(content, mode);
        REQUIRE(outcome.problems.size() == 1);
        return outcome.problems.front().to_string();
    };
    const std::string place = "f:3:13: privacy.key_file: " + path;
    for (const mode_t mode : {0644, 0604, 0660, 0602})
        CHECK(problem(digits, mode).starts_with(place + " may be read by others, or written by its group"));
    CHECK(problem("", 0600).starts_with(place + " is too short"));
    CHECK(problem(digits.substr(1), 0600).starts_with(place + " is too short"));
    for (const auto& content : {digits + "0", digits + "\n" + digits, digits.substr(1) + "x", "-" + digits.substr(1)})
        CHECK(problem(content, 0600).starts_with(place + " holds something else than 32"));
    CHECK(problems("privacy: {key_file: /nonexistent/key}") ==
          "f:1:21: privacy.key_file: opening /nonexistent/key: No such file or directory\n");
    CHECK(problems("privacy: {key_file: /none\u00e9}") ==
          "f:1:21: privacy.key_file: opening /none\\xc3\\xa9: No such file or directory\n");
    CHECK(problems("privacy: {key_file: /dev/null}") == "f:1:21: privacy.key_file: /dev/null is not a regular file\n");
    CHECK(problems("privacy: {key_file: random}").empty());
}

TEST_CASE("every mode of privacy may be chosen for everything") {
    for (const auto* key : {"command_line", "answers", "client_addresses"})
        for (const auto* mode : {"keep", "hash", "truncate", "drop"})
            CHECK(problems(std::string("privacy: {") + key + ": " + mode + "}").empty());
}

TEST_CASE("all problems of a file come at once, in its order") {
    CHECK(problems("log: {level: loud}\ncapture: {detect: maybe, ports: [0, 70000]}\nx: 1\n") ==
          "f:1:14: log.level: \"loud\" is not one of trace, debug, info, warn, error, critical, off\n"
          "f:2:19: capture.detect: \"maybe\" is not one of off, any-port\n"
          "f:2:34: capture.ports: 0 is out of range: 1 to 65535 is allowed\n"
          "f:2:37: capture.ports: 70000 is out of range: 1 to 65535 is allowed\n"
          "f:3:1: x: unknown key; known here: capture hooks filter pairing workers enrich privacy output stats metrics log\n");
}

TEST_CASE("a key of no letters is named all the same") {
    CHECK(problems("'': 1").starts_with("f:1:1: \"\": unknown key"));
    CHECK(problems("output:\n  '': 1").starts_with("f:2:3: \"output.\": unknown key"));
}

TEST_CASE("a list is bounded") {
    std::string ports = "1";
    for (int port = 2; port <= 64; ++port) ports += "," + std::to_string(port);
    CHECK(problems("capture: {ports: [" + ports + "]}").empty());
    CHECK(problems("capture: {ports: [" + ports + ",65]}") ==
          "f:1:18: capture.ports: the list has 65 entries: at most 64 are allowed\n");
}

TEST_CASE("files that cannot be read say why") {
    CHECK(load_config("/nonexistent/dnsmon.yaml").problems.at(0).to_string() ==
          "/nonexistent/dnsmon.yaml: opening: No such file or directory");
    CHECK(load_config("/tmp").problems.at(0).to_string() == "/tmp: reading: Is a directory");
    CHECK(load_config("/dev/zero").problems.at(0).to_string() == "/dev/zero: larger than 1048576 bytes");
}

TEST_CASE("without -c the default file counts where it exists, the defaults where it does not") {
    const TemporaryFile file("log: {level: warn}\n");
    CHECK(load_config_or_defaults(std::nullopt, file.path).config.log.level == LogLevel::kWarn);
    CHECK(load_config_or_defaults(file.path, "/nonexistent").config.log.level == LogLevel::kWarn);
    const auto defaults = load_config_or_defaults(std::nullopt, "/nonexistent");
    CHECK(defaults.ok());
    CHECK(defaults.config.log.level == LogLevel::kInfo);
    CHECK_FALSE(load_config_or_defaults("/nonexistent", file.path).ok());
    CHECK_FALSE(load_config_or_defaults(std::nullopt, "/tmp").ok());
}
