// SPDX-License-Identifier: Apache-2.0
#include "app/run.h"

#include "app/service.h"
#include "cli/exit_code.h"
#include "config/load.h"
#include "log/log.h"
#include "loop/signals.h"
#include "probe/capabilities.h"

#include <csignal>
#include <cstdio>

namespace dnsmon {

int run(const RunCommand& command) {
    ConfigOutcome loaded = load_config_or_defaults(command.config_path);
    if (!loaded.ok()) {
        for (const auto& problem : loaded.problems) std::fprintf(stderr, "%s\n", problem.to_string().c_str());
        return kExitConfig;
    }
    Config& config = loaded.config;
    if (command.to_stdout) {
        config.output.to_stdout = true;
        config.output.journald = false;
        config.output.file.enabled = false;
    }
    const Log log(config.log.level);
    auto signals = Signals::block({SIGTERM, SIGINT, SIGUSR1, SIGPIPE});
    if (!signals) {
        log.error("cannot start", {{"reason", signals.error().message}});
        return kExitFailed;
    }
    auto service = Service::start(config, log, *signals);
    if (!service) {
        // A locked-down kernel says EPERM too: only a capability that is not there is a matter of permission.
        const std::string missing = missing_capabilities();
        log.error("cannot start", {{"reason", service.error().message}, {"missing_capabilities", missing}});
        return missing.empty() ? kExitFailed : kExitNoPermission;
    }
    const auto done = (*service)->run();
    if (done) return kExitOk;
    log.error("failed", {{"reason", done.error().message}});
    return kExitFailed;
}

} // namespace dnsmon
