// SPDX-License-Identifier: Apache-2.0
#include "log/log.h"

#include "util/clock.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>

namespace dnsmon {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
    case LogLevel::kTrace: return spdlog::level::trace;
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarn: return spdlog::level::warn;
    case LogLevel::kError: return spdlog::level::err;
    case LogLevel::kCritical: return spdlog::level::critical;
    case LogLevel::kOff: break;
    }
    return spdlog::level::off;
}

/// syslog's severity (RFC 5424, 6.2.1), as sd-daemon(3) wants it at the start of a line.
char priority(LogLevel level) {
    switch (level) {
    case LogLevel::kTrace:
    case LogLevel::kDebug: return '7';
    case LogLevel::kInfo: return '6';
    case LogLevel::kWarn: return '4';
    case LogLevel::kError: return '3';
    default: return '2';
    }
}

const char* level_name(LogLevel level) {
    switch (level) {
    case LogLevel::kTrace: return "trace";
    case LogLevel::kDebug: return "debug";
    case LogLevel::kInfo: return "info";
    case LogLevel::kWarn: return "warn";
    case LogLevel::kError: return "error";
    default: return "critical";
    }
}

std::string timestamp() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now);
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now - seconds).count();
    const std::time_t time = seconds.count();
    std::tm utc{};
    gmtime_r(&time, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                       utc.tm_hour, utc.tm_min, utc.tm_sec, milliseconds);
}

/// systemd.exec(5): JOURNAL_STREAM is "device:inode" of the stream to journald; standard error may have been redirected since.
bool writes_to_journal() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status {};
    if (stream == nullptr || ::fstat(STDERR_FILENO, &status) != 0) return false;
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) == stream;
}

} // namespace

Log::Log(LogLevel level)
    : logger_(std::make_shared<spdlog::logger>("dnsmon", std::make_shared<spdlog::sinks::stderr_sink_mt>())),
      repeats_(std::make_unique<Repeats>()), priority_prefix_(writes_to_journal()) {
    logger_->set_pattern("%v"); // the line is made here: spdlog's patterns cannot escape JSON
    logger_->flush_on(spdlog::level::trace);
    set_level(level);
}

Log::~Log() {
    if (const auto left_out = repeats_->left_out(); left_out != 0)
        write_line(LogLevel::kWarn, "repeated messages were left out", {}, left_out);
}

void Log::set_level(LogLevel level) {
    logger_->set_level(to_spdlog(level));
}

void Log::write(LogLevel level, std::string_view message, Fields fields) const {
    if (!logger_->should_log(to_spdlog(level))) return;
    const std::int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
    if (const auto left_out = repeats_->admit(message, now_ns)) write_line(level, message, fields, *left_out);
}

void Log::write_line(LogLevel level, std::string_view message, Fields fields, std::uint64_t left_out) const {
    nlohmann::ordered_json line;
    line["@timestamp"] = timestamp();
    line["ecs"]["version"] = "9.4.0";
    line["log"]["level"] = level_name(level);
    line["log"]["logger"] = "dnsmon";
    line["message"] = message;
    for (const auto& [key, value] : fields)
        if (!value.empty()) line["dnsmon"][std::string(key)] = value;
    if (left_out != 0) line["dnsmon"]["left_out"] = left_out;
    // Anything may stand in a value, such as a file name from a command line: replace what is not UTF-8.
    const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const std::string prefix = priority_prefix_ ? std::string{'<', priority(level), '>'} : std::string();
    logger_->log(to_spdlog(level), "{}{}", prefix, text);
}

void Log::debug(std::string_view message, Fields fields) const {
    write(LogLevel::kDebug, message, fields);
}
void Log::info(std::string_view message, Fields fields) const {
    write(LogLevel::kInfo, message, fields);
}
void Log::warn(std::string_view message, Fields fields) const {
    write(LogLevel::kWarn, message, fields);
}
void Log::error(std::string_view message, Fields fields) const {
    write(LogLevel::kError, message, fields);
}

} // namespace dnsmon
