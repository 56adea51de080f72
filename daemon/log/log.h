// SPDX-License-Identifier: Apache-2.0
// The daemon's own messages: one JSON object a line on standard error (through spdlog), with a "<N>" priority prefix
// where journald reads it (JOURNAL_STREAM). Repeats are folded (log/repeats.h).
// Only app/ logs; library code returns Errors. Any thread may call.
#pragma once

#include "config/config.h"
#include "log/repeats.h"

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace spdlog {
class logger;
}

namespace dnsmon {

class Log {
  public:
    /// A fact of a message, under "dnsmon" in its JSON: {"flavour", "cgroup"}.
    using Field = std::pair<std::string_view, std::string>;
    using Fields = std::initializer_list<Field>;

    explicit Log(LogLevel level);
    ~Log();

    void set_level(LogLevel level);
    void debug(std::string_view message, Fields fields = {}) const;
    void info(std::string_view message, Fields fields = {}) const;
    void warn(std::string_view message, Fields fields = {}) const;
    void error(std::string_view message, Fields fields = {}) const;

  private:
    void write(LogLevel level, std::string_view message, Fields fields) const;

    void write_line(LogLevel level, std::string_view message, Fields fields, std::uint64_t left_out) const;

    std::shared_ptr<spdlog::logger> logger_;
    std::unique_ptr<Repeats> repeats_; ///< guards itself
    bool priority_prefix_;
};

} // namespace dnsmon
