// SPDX-License-Identifier: Apache-2.0
#include "app/doctor.h"

#include "cli/exit_code.h"
#include "config/load.h"
#include "probe/features.h"
#include "probe/probe.h"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <string>
#include <utility>

namespace dnsmon {
namespace {

struct Row {
    const char* name;
    const Feature& feature;
};

std::array<Row, 8> rows_of(const Features& features) {
    return {{{"btf", features.btf},
             {"ring_buffer", features.ring_buffer},
             {"socket_filter", features.socket_filter},
             {"fentry", features.fentry},
             {"kprobes", features.kprobes},
             {"cgroup2", features.cgroup2},
             {"egress_task", features.egress_task},
             {"ipv6", features.ipv6}}};
}

void print_text(const Features& features, const Result<Probe>& probe) {
    std::printf("kernel          %s\n", features.kernel_release.c_str());
    std::printf("lockdown        %s\n", features.lockdown.empty() ? "not known" : features.lockdown.c_str());
    std::printf("capabilities    %s\n", features.missing_capabilities.empty()
                                            ? "all that is needed"
                                            : ("missing " + features.missing_capabilities).c_str());
    for (const auto& [name, feature] : rows_of(features))
        std::printf("%-15s %s%s%s\n", name, feature.available ? "yes" : "no", feature.detail.empty() ? "" : "  ",
                    feature.detail.c_str());
    if (!probe) {
        std::printf("\ndnsmon run would fail: %s\n", probe.error().message.c_str());
        return;
    }
    std::printf("\ndnsmon run would use: %s\n", probe->plan().summary().c_str());
    for (const auto& reason : probe->plan().passed_over) std::printf("  not %s\n", reason.c_str());
    for (const auto& hook : probe->plan().hooks)
        std::printf("  %-28s %s%s%s\n", hook.name.c_str(), hook.attached ? "attached" : "not attached",
                    hook.problem.empty() ? "" : ": ", hook.problem.c_str());
}

void print_json(const Features& features, const Result<Probe>& probe) {
    nlohmann::ordered_json report;
    report["kernel"] = features.kernel_release;
    report["lockdown"] = features.lockdown;
    report["missing_capabilities"] = features.missing_capabilities;
    for (const auto& [name, feature] : rows_of(features)) {
        report["features"][name]["available"] = feature.available;
        if (!feature.detail.empty()) report["features"][name]["detail"] = feature.detail;
    }
    if (probe) {
        report["plan"]["flavour"] = to_string(probe->plan().mode);
        report["plan"]["passed_over"] = probe->plan().passed_over;
        report["plan"]["hooks"] = nlohmann::ordered_json::array();
        for (const auto& hook : probe->plan().hooks) {
            nlohmann::ordered_json row{{"name", hook.name}, {"attached", hook.attached}, {"optional", hook.optional}};
            if (!hook.problem.empty()) row["problem"] = hook.problem;
            report["plan"]["hooks"].push_back(std::move(row));
        }
    } else {
        report["problem"] = probe.error().message;
    }
    std::puts(report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

} // namespace

int doctor(const DoctorCommand& command) {
    const Features features = probe_features();
    const ConfigOutcome loaded = load_config_or_defaults(command.config_path, kDefaultConfigPath);
    const auto probe = loaded.ok() ? Probe::attach(loaded.config.capture, loaded.config.hooks)
                                   : Result<Probe>(Error{loaded.problems.front().to_string()});
    command.json ? print_json(features, probe) : print_text(features, probe);
    if (!loaded.ok()) return kExitConfig;
    if (probe) return kExitOk;
    return features.missing_capabilities.empty() ? kExitFailed : kExitNoPermission;
}

} // namespace dnsmon
