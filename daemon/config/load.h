// SPDX-License-Identifier: Apache-2.0
// Text -> Config. Reports every problem of a file at once, each with its place; a Config is handed out only when
// there is none. Unknown keys are errors.
#pragma once

#include "config/config.h"
#include "util/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dnsmon {

inline constexpr const char* kDefaultConfigPath = "/etc/dnsmon.yaml";

struct ConfigProblem {
    std::string file;
    int line = 0;         ///< from 1; 0: the file as a whole
    int column = 0;       ///< from 1
    std::string key_path; ///< "output.file.max_size"; empty: the file as a whole
    std::string what;

    /// "FILE:LINE:COLUMN: key.path: what is wrong"
    [[nodiscard]] std::string to_string() const;
};

struct ConfigOutcome {
    std::string source; ///< the file; empty: the built-in defaults
    Config config;      ///< meaningful only when problems is empty
    std::vector<ConfigProblem> problems;
    [[nodiscard]] bool ok() const { return problems.empty(); }
};

/// Whether events go where `output` says, or elsewhere, whatever it says (`run --stdout`).
enum class OutputsUsed : std::uint8_t { kYes, kNo };

/// `name` is what problems call the text.
[[nodiscard]] ConfigOutcome parse_config(std::string_view text, std::string_view name,
                                         OutputsUsed outputs = OutputsUsed::kYes);
/// A file that cannot be read is a problem of its own.
[[nodiscard]] ConfigOutcome load_config(const std::string& path, OutputsUsed outputs = OutputsUsed::kYes);
/// What `-c` named; without it `default_path`, or the built-in defaults where that file does not exist.
[[nodiscard]] ConfigOutcome load_config_or_defaults(const std::optional<std::string>& path,
                                                    const std::string& default_path = kDefaultConfigPath,
                                                    OutputsUsed outputs = OutputsUsed::kYes);

} // namespace dnsmon
