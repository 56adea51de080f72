// SPDX-License-Identifier: Apache-2.0
#include "config/unsupported.h"

namespace dnsmon {
namespace {

struct Row {
    std::string_view key_path;
    bool (*asked_for)(const Config& config);
};

constexpr Row kNotBuilt[] = {
    {"privacy.command_line", [](const Config& c) { return c.privacy.command_line == Privacy::kHash; }},
    {"privacy.answers",
     [](const Config& c) { return c.privacy.answers == Privacy::kHash || c.privacy.answers == Privacy::kTruncate; }},
    {"privacy.client_addresses", [](const Config& c) { return c.privacy.client_addresses == Privacy::kHash; }},
};

} // namespace

std::vector<std::string_view> unsupported_keys(const Config& config) {
    std::vector<std::string_view> keys;
    for (const auto& row : kNotBuilt) {
        if (row.asked_for(config)) keys.push_back(row.key_path);
    }
    return keys;
}

} // namespace dnsmon
