// SPDX-License-Identifier: Apache-2.0
#include "app/sinks.h"

#include "output/file_sink.h"
#include "output/journald_sink.h"
#include "output/stdout_sink.h"

#include <unistd.h>

namespace dnsmon {

Result<std::vector<std::unique_ptr<Sink>>> make_sinks(const OutputConfig& config) {
    std::vector<std::unique_ptr<Sink>> sinks;
    if (config.file.enabled) {
        auto file = FileSink::open(config.file);
        if (!file) return std::move(file).error();
        sinks.push_back(std::move(*file));
    }
    if (config.journald) sinks.push_back(std::make_unique<JournaldSink>());
    if (config.to_stdout) sinks.push_back(std::make_unique<StdoutSink>(STDOUT_FILENO));
    return sinks;
}

} // namespace dnsmon
