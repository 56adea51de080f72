// SPDX-License-Identifier: Apache-2.0
#include "config/unsupported.h"

namespace dnsmon {
namespace {

/// Does the value at this chain of members differ from the default?
template <auto... Members>
bool changed(const Config& config) {
    const Config defaults;
    return (config.*....*Members) != (defaults.*....*Members);
}

struct Row {
    std::string_view key_path;
    bool (*asked_for)(const Config& config);
};

constexpr Row kNotBuilt[] = {
    {"privacy.command_line", changed<&Config::privacy, &PrivacyConfig::command_line>},
    {"privacy.answers", changed<&Config::privacy, &PrivacyConfig::answers>},
    {"privacy.client_addresses", changed<&Config::privacy, &PrivacyConfig::client_addresses>},
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
