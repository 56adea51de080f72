// SPDX-License-Identifier: Apache-2.0
// Where encoded events end: standard output, a rotating file, journald. Called by the writer thread only.
// A sink never throws an event away in silence: write() says how many it kept out and why, and the writer counts.
#pragma once

#include "output/batch.h"
#include "util/result.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace dnsmon {

/// Why events of a batch did not reach the sink.
enum class DropReason : std::uint8_t {
    kNone,
    kDiskFull,    ///< no space, over quota
    kIoError,     ///< the file system's or the device's fault
    kClosed,      ///< nobody reads any more
    kUnavailable, ///< not there, or not taking anything, for now
    kTooLarge,    ///< beyond what the file may grow to
};
constexpr std::size_t kDropReasons = 6;
[[nodiscard]] const char* to_string(DropReason reason); ///< "disk_full": label of the counters

/// How long a reader that stands still is waited for. A pager, a busy shipper or a journald that turns its files over may
/// stall for seconds; queues and ring hold what comes meanwhile (at 10 000 messages/s about this long). Two such waits
/// must fit into half of the unit's WatchdogSec=.
constexpr std::chrono::seconds kSinkPatience{5};

struct WriteOutcome {
    std::uint64_t written = 0; ///< events: the batch's first ones, so that an event is whole or not there at all
    std::uint64_t dropped = 0; ///< events; written + dropped = batch.events.size()
    DropReason reason = DropReason::kNone;
    std::string detail; ///< system's words; without dropped events: a trouble that cost none
};

class Sink {
  public:
    virtual ~Sink() = default;
    [[nodiscard]] virtual std::string_view name() const = 0; ///< "file", "journald", "stdout": label of its counters
    virtual WriteOutcome write(const Batch& batch) = 0;
    /// Closes and opens again what an outside logrotate may have moved (SIGUSR1).
    virtual Result<void> reopen() { return {}; }
    [[nodiscard]] virtual bool wants_journal_fields() const { return false; }
};

} // namespace dnsmon
