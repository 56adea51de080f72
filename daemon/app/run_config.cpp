// SPDX-License-Identifier: Apache-2.0
#include "app/run_config.h"

namespace dnsmon {

ConfigOutcome load_run_config(const RunCommand& command) {
    ConfigOutcome loaded = load_config_or_defaults(command.config_path, kDefaultConfigPath,
                                                   command.to_stdout ? OutputsUsed::kNo : OutputsUsed::kYes);
    OutputConfig& output = loaded.config.output;
    if (command.to_stdout) {
        output.to_stdout = true;
        output.journald = false;
        output.file.enabled = false;
    }
    return loaded;
}

} // namespace dnsmon
