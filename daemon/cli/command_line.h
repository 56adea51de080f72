// SPDX-License-Identifier: Apache-2.0
// The command line as plain values: which command, with which options. Parses and explains, opens no file and starts
// nothing; app/ does what a Command says. Only command_line.cpp knows CLI11.
#pragma once

#include "config/format.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace dnsmon {

struct RunCommand {
    std::optional<std::string> config_path; ///< nullopt: /etc/dnsmon.yaml, or the defaults where there is none
    bool to_stdout = false;                 ///< events on standard output only, whatever the file says
};

struct ReadCommand {
    std::vector<std::string> files;       ///< at least one; "-" is standard input
    std::vector<std::uint16_t> ports{53}; ///< 1 to 64
    Format format = Format::kEcs;
};

struct CheckConfigCommand {
    std::optional<std::string> config_path; ///< as RunCommand::config_path
};

struct DoctorCommand {
    std::optional<std::string> config_path; ///< as RunCommand::config_path
    bool json = false;
};

using Command = std::variant<RunCommand, ReadCommand, CheckConfigCommand, DoctorCommand>;

/// Nothing to run: help or version for standard output (code 0), or what is wrong for standard error (kExitUsage).
struct PrintAndExit {
    std::string text; ///< whole lines
    int exit_code = 0;
};

[[nodiscard]] std::variant<Command, PrintAndExit> parse_command_line(int argc, const char* const* argv);

/// "0.1.0 (e9b2f08)": version with git revision.
[[nodiscard]] const char* version_string();

} // namespace dnsmon
