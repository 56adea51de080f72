// SPDX-License-Identifier: Apache-2.0
#include "app/check_config.h"

#include "app/run_config.h"
#include "cli/exit_code.h"

#include <ostream>

namespace dnsmon {

int check_config(const CheckConfigCommand& command, std::ostream& out, std::ostream& err) {
    const auto outcome = load_run_config({command.config_path, false});
    for (const auto& problem : outcome.problems) err << problem.to_string() << '\n';
    if (!outcome.ok()) return kExitConfig;
    if (outcome.source.empty()) {
        out << kDefaultConfigPath << ": does not exist: the built-in defaults apply\n";
    } else {
        out << outcome.source << ": ok\n";
    }
    return kExitOk;
}

} // namespace dnsmon
