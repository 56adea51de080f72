// SPDX-License-Identifier: Apache-2.0
// Where encoded events end: standard output, a rotating file, journald. Called by the writer thread only.
// A sink never throws an event away in silence: write() says how many it kept out and why, and the writer counts.
#pragma once

#include "output/batch.h"
#include "util/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace dnsmon {

/// Why events of a batch did not reach the sink.
enum class DropReason : std::uint8_t { kNone, kDiskFull, kIoError, kClosed, kUnavailable, kTooLarge };
[[nodiscard]] const char* to_string(DropReason reason);

struct WriteOutcome {
    std::uint64_t written = 0; ///< events
    std::uint64_t dropped = 0; ///< events; written + dropped = batch.events.size()
    DropReason reason = DropReason::kNone;
    std::string detail;        ///< system's words, for one log line at the start of an outage
};

class Sink {
  public:
    virtual ~Sink() = default;
    [[nodiscard]] virtual std::string_view name() const = 0; ///< "file", "journald", "stdout": label of its counters
    virtual WriteOutcome write(const Batch& batch) = 0;
    virtual Result<void> flush() { return {}; }
    /// Closes and opens again what an outside logrotate may have moved (SIGUSR1).
    virtual Result<void> reopen() { return {}; }
    [[nodiscard]] virtual bool wants_journal_fields() const { return false; }
};

} // namespace dnsmon
