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

} // namespace

TEST_CASE("the packaged configuration is valid and equals the built-in defaults") {
    const auto outcome = load_config(kRoot + "/config/dnsmon.yaml");
    for (const auto& problem : outcome.problems) FAIL_CHECK(problem.to_string());
    CHECK((outcome.config == Config{}));
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
