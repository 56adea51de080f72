// SPDX-License-Identifier: Apache-2.0
// One event as journald fields: MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, OBJECT_PID and the flat keys; DNS_DATA once for
// each answer. Each worker owns one. Values are as they are: journald takes any byte.
#pragma once

#include "event/event.h"
#include "util/text_buffer.h"

#include <string>
#include <string_view>

namespace dnsmon {

class JournalFields {
  public:
    /// Appends entries of u32 length in host order, then "KEY=value". `line` is what an Encoder wrote: MESSAGE, without
    /// its last '\n'. An empty line (text format) appends nothing: there is nothing to log.
    void append(TextBuffer& out, const Event& event, std::string_view line);

  private:
    TextBuffer scratch_;
    std::string text_;
};

/// The same for a daemon event (event/notice.h): MESSAGE, PRIORITY, SYSLOG_IDENTIFIER, EVENT.
void append_journal_notice(TextBuffer& out, std::string_view action, int priority, std::string_view line);

} // namespace dnsmon
