// SPDX-License-Identifier: Apache-2.0
// Every key of the configuration, once: its dotted path and how its value gets into Config. Sections are the paths'
// prefixes. dnsmon.yaml(5) and config/dnsmon.yaml are held against this table by a test.
#pragma once

#include "config/config.h"
#include "config/value.h"

#include <span>
#include <string_view>

namespace dnsmon {

struct Field {
    std::string_view key_path;
    void (*read)(const Value& value, Config& config);
};

[[nodiscard]] std::span<const Field> config_fields();

} // namespace dnsmon
