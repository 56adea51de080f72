// SPDX-License-Identifier: Apache-2.0
#include "app/reload.h"

namespace dnsmon {
namespace {

/// Puts the running value at this chain of members back; true when another was wanted.
template <auto... Members>
bool keep(const Config& running, Config& wanted) {
    const auto& old = (running.*....*Members);
    auto& value = (wanted.*....*Members);
    if (value == old) return false;
    value = old;
    return true;
}

struct Row {
    std::string_view key_path;
    bool (*keep)(const Config& running, Config& wanted);
};

// Sockets, programs, maps and threads that are made once.
constexpr Row kMadeAtStart[] = {
    {"capture.interfaces", keep<&Config::capture, &CaptureConfig::interfaces>},
    {"capture.namespaces", keep<&Config::capture, &CaptureConfig::namespaces>},
    {"capture.detect", keep<&Config::capture, &CaptureConfig::detect>},
    {"capture.loopback", keep<&Config::capture, &CaptureConfig::loopback>},
    {"capture.ring_buffer", keep<&Config::capture, &CaptureConfig::ring_buffer_bytes>},
    {"hooks.mode", keep<&Config::hooks, &HooksConfig::mode>},
    {"hooks.owners", keep<&Config::hooks, &HooksConfig::owners>},
    {"workers.threads", keep<&Config::workers, &WorkersConfig::threads>},
    {"workers.queue", keep<&Config::workers, &WorkersConfig::queue>},
};

} // namespace

ReloadPlan plan_reload(const Config& running, const Config& wanted) {
    ReloadPlan plan{wanted, {}};
    for (const auto& row : kMadeAtStart) {
        if (row.keep(running, plan.config)) plan.need_restart.push_back(row.key_path);
    }
    return plan;
}

} // namespace dnsmon
