// SPDX-License-Identifier: Apache-2.0
#include "app/run.h"

#include "app/run_config.h"
#include "app/service.h"
#include "cli/exit_code.h"
#include "log/log.h"
#include "loop/signals.h"
#include "probe/capabilities.h"

#include <csignal>
#include <cstdio>

namespace dnsmon {

int run(const RunCommand& command) {
    const ConfigOutcome loaded = load_run_config(command);
    if (!loaded.ok()) {
        for (const auto& problem : loaded.problems) std::fprintf(stderr, "%s\n", problem.to_string().c_str());
        return kExitConfig;
    }
    Log log(loaded.config.log.level);
    auto signals = Signals::block({SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGPIPE});
    if (!signals) {
        log.error("cannot start", {{"reason", signals.error().message}});
        return kExitFailed;
    }
    auto service = Service::start(loaded.config, [&] { return load_run_config(command); }, log, *signals);
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
