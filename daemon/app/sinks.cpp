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

Result<SinkChange> change_sinks(const OutputConfig& running, const OutputConfig& wanted) {
    SinkChange change;
    if (wanted.file.enabled) {
        if (running.file == wanted.file) {
            change.kept.emplace_back("file");
        } else {
            auto file = FileSink::open_later(wanted.file);
            if (!file) return std::move(file).error();
            change.added.push_back(std::move(*file));
        }
    }
    if (wanted.journald && running.journald) change.kept.emplace_back("journald");
    if (wanted.journald && !running.journald) change.added.push_back(std::make_unique<JournaldSink>());
    if (wanted.to_stdout && running.to_stdout) change.kept.emplace_back("stdout");
    if (wanted.to_stdout && !running.to_stdout) change.added.push_back(std::make_unique<StdoutSink>(STDOUT_FILENO));
    return change;
}

} // namespace dnsmon
