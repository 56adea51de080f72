// SPDX-License-Identifier: Apache-2.0
#include "app/run.h"

#include "app/instance_lock.h"
#include "app/run_config.h"
#include "app/service.h"
#include "cli/exit_code.h"
#include "log/log.h"
#include "loop/signals.h"
#include "probe/capabilities.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <optional>

namespace dnsmon {

namespace {

/// Buffers from this size on come from the system and go back to it when they are freed. By default glibc raises its limit with
/// each one freed, and what a stall made large then stays in the heaps of the threads for good.
void give_back_large_buffers() {
#ifdef __GLIBC__
    constexpr int kBytes = 256 << 10;
    (void)::mallopt(M_MMAP_THRESHOLD, kBytes);
#endif
}

} // namespace

int run(const RunCommand& command) {
    give_back_large_buffers();
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
    // With a file of its own or on standard output it is meant to run beside the service.
    std::optional<InstanceLock> lock;
    if (!command.config_path && !command.to_stdout) {
        auto taken = InstanceLock::take(runtime_directory());
        if (taken) {
            lock = std::move(*taken);
        } else if (taken.error().code == EALREADY) {
            log.error("cannot start", {{"reason", taken.error().message}});
            return kExitFailed;
        } else {
            log.warn("a second service would not be noticed", {{"reason", taken.error().message}});
        }
    }
    // Now: those that only attaching takes are given up on the way.
    const std::string missing = missing_capabilities();
    auto service = Service::start(loaded.config, [&] { return load_run_config(command); }, log, *signals);
    if (!service) {
        // A locked-down kernel says EPERM too: only a capability that is not there is a matter of permission.
        log.error("cannot start", {{"reason", service.error().message}, {"missing_capabilities", missing}});
        const bool refused = service.error().code == EPERM || service.error().code == EACCES;
        return refused && !missing.empty() ? kExitNoPermission : kExitFailed;
    }
    const auto done = (*service)->run();
    if (done) return kExitOk;
    log.error("failed", {{"reason", done.error().message}});
    return kExitFailed;
}

} // namespace dnsmon
