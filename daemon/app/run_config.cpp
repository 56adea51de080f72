// SPDX-License-Identifier: Apache-2.0
#include "app/run_config.h"

namespace dnsmon {

ConfigOutcome load_run_config(const RunCommand& command) {
    ConfigOutcome loaded = load_config_or_defaults(command.config_path);
    OutputConfig& output = loaded.config.output;
    if (command.to_stdout) {
        output.to_stdout = true;
        output.journald = false;
        output.file.enabled = false;
    }
    if (loaded.ok() && !output.to_stdout && !output.journald && !output.file.enabled)
        loaded.problems.push_back(
            {loaded.source, 0, 0, "output", "journald, stdout and file are all off: events would go nowhere"});
    return loaded;
}

} // namespace dnsmon
