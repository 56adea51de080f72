// SPDX-License-Identifier: Apache-2.0
// Nanoseconds since the epoch as RFC 3339 in UTC. Pure arithmetic: no time zone database, no gmtime, no locks. The
// text of the last second is kept, so each encoder (one thread) has its own.
#pragma once

#include "util/text_buffer.h"

#include <array>
#include <cstdint>
#include <limits>

namespace dnsmon {

class Timestamp {
  public:
    /// "2026-11-23T12:00:00.123456789Z" (30 bytes).
    void append(TextBuffer& line, std::int64_t time_ns);
    /// "2026-11-23T12:00:00.123Z": for times that are known no better.
    void append_milliseconds(TextBuffer& line, std::int64_t time_ns);

  private:
    static constexpr std::size_t kSecondBytes = 20; // "2026-11-23T12:00:00."

    void append_second(TextBuffer& line, std::int64_t second);

    std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
    std::array<char, kSecondBytes> text_{};
};

} // namespace dnsmon
