// SPDX-License-Identifier: Apache-2.0
// config/dnsmon.yaml and dnsmon.yaml(5) against the table of keys: nothing is left out, the defaults agree.
#include "catch.h"
#include "config/fields.h"
#include "config/load.h"
#include "config/yaml_tree.h"

#include <fstream>
#include <iterator>
#include <string>

using namespace dnsmon;

namespace {

const std::string kRoot = DNSMON_SOURCE_DIR;

std::string content(const std::string& path) {
    std::ifstream file(path);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Every value of `config`, so that two of them can be compared.
auto values(const Config& config) {
    const auto& [capture, hooks, filter, pairing, workers, enrich, privacy, output, stats, log] = config;
    const auto& file = output.file;
    return std::make_tuple(
        std::tie(capture.interfaces, capture.ports, capture.detect, capture.loopback, capture.ring_buffer_bytes),
        std::tie(hooks.mode, hooks.owners),
        std::tie(filter.queries, filter.responses, filter.types, filter.names.include, filter.names.exclude),
        std::tie(filter.processes.include, filter.processes.exclude, filter.uids.include, filter.uids.exclude,
                 filter.response_codes, filter.unattributed),
        std::tie(pairing.enabled, pairing.timeout, pairing.entries), std::tie(workers.threads, workers.queue),
        std::tie(enrich.executable, enrich.command_line, enrich.parent, enrich.user, enrich.unit, enrich.container),
        std::tie(privacy.command_line, privacy.answers, privacy.client_addresses),
        std::tie(output.format, output.journald, output.to_stdout),
        std::tie(file.enabled, file.path, file.max_size_bytes, file.rotate_every, file.max_files, file.compress,
                 file.mode),
        std::tie(stats.interval), std::tie(log.level));
}

} // namespace

TEST_CASE("the packaged configuration is valid and equals the built-in defaults") {
    const auto outcome = load_config(kRoot + "/config/dnsmon.yaml");
    for (const auto& problem : outcome.problems) FAIL_CHECK(problem.to_string());
    CHECK(values(outcome.config) == values(Config{}));
}

TEST_CASE("the packaged configuration shows every key") {
    const auto tree = parse_yaml(content(kRoot + "/config/dnsmon.yaml"));
    REQUIRE_FALSE(tree.error);
    for (const auto& field : config_fields()) {
        INFO(field.key_path);
        CHECK(find_entry(tree.root, field.key_path) != nullptr);
    }
}

TEST_CASE("dnsmon.yaml(5) has every key") {
    const auto page = content(kRoot + "/docs/man/dnsmon.yaml.5");
    for (const auto& field : config_fields()) {
        INFO(field.key_path);
        CHECK(page.find(".It Sy " + std::string(field.key_path) + "\n") != std::string::npos);
    }
}
