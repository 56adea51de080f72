// SPDX-License-Identifier: Apache-2.0
// Event -> bytes. One encoder per output.format; each appends whole lines, '\n' included, to the caller's buffer and
// keeps no state, so that workers share one. Output is printable, valid UTF-8, one line, whatever the packet held.
#pragma once

#include "event/event.h"
#include "event/format.h"

#include <memory>
#include <string>
#include <string_view>

namespace dnsmon {

class Encoder {
  public:
    virtual ~Encoder() = default;
    /// Appends zero (text: a message without answers may have none) or more lines.
    virtual void append(std::string& out, const Event& event) const = 0;
};

/// `host_name` is host.name of every event; empty leaves it out.
[[nodiscard]] std::unique_ptr<const Encoder> make_encoder(Format format, std::string_view host_name);

/// journald's native fields for one event: MESSAGE (`line`, without '\n'), PRIORITY, SYSLOG_IDENTIFIER, OBJECT_PID and
/// the flat keys (schema.md), each as a native-protocol-independent entry: u32 length in host order, then "KEY=value".
void append_journal_fields(std::string& out, const Event& event, std::string_view line);

} // namespace dnsmon
