// SPDX-License-Identifier: Apache-2.0
#include "app/pipeline_options.h"

#include <algorithm>
#include <thread>

namespace dnsmon {
namespace {

/// Half the cores: the other half belongs to whoever causes the messages.
std::size_t worker_count(const WorkersConfig& config) {
    if (config.threads != 0) return config.threads;
    return std::clamp<std::size_t>(std::thread::hardware_concurrency() / 2, 1, 8);
}

// From veth to uplink takes microseconds; a busy softirq may be put off to its thread, and that may wait for a processor.
constexpr std::int64_t kCrossingNs = 50'000'000;

} // namespace

PipelineOptions pipeline_options(const Config& config, const std::string& host_name, const HashKey& own_key) {
    PipelineOptions options;
    options.tracker.filter = config.filter;
    options.tracker.privacy = config.privacy;
    if (!config.privacy.key) options.tracker.privacy.key = own_key;
    options.tracker.pairing = config.pairing;
    options.tracker.format = config.output.format;
    options.tracker.encoder = {host_name, config.filter.types};
    options.tracker.journal_fields = config.output.journald;
    options.tracker.user_names = config.enrich.user;
    options.enrich = config.enrich;
    options.workers = worker_count(config.workers);
    options.queue_packets = config.workers.queue;
    options.ports = config.capture.ports;
    options.crossing_ns = kCrossingNs;
    options.any_port = config.capture.detect == Detect::kAnyPort;
    return options;
}

} // namespace dnsmon
