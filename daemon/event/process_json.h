// SPDX-License-Identifier: Apache-2.0
// The processes of an event as ECS JSON. A process sends many messages, so what was written for it is kept, bounded, and
// copied the next time. Each encoder owns one, on its worker's thread.
#pragma once

#include "event/event.h"
#include "event/timestamp.h"
#include "util/text_buffer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dnsmon {

class ProcessJson {
  public:
    ProcessJson();

    /// `"process":{…},"user":{…},"group":{…},"container":{…},`: all that is known of the event's own process.
    void append_own(TextBuffer& line, const LocalProcess& process);
    /// `{"pid":…}`: all that is known, but for its user and container.
    void append_full(TextBuffer& line, const LocalProcess& process);
    /// `{"pid":…,"name":…,"executable":…}` (docs/adr/0004-short-server-process.md).
    static void append_short(TextBuffer& line, const LocalProcess& process);

  private:
    /// What was written for a process, and all that it was made from.
    struct Written {
        Owner owner;
        std::uint64_t serial = 0; ///< ProcessDetails::serial
        std::string user_name;
        std::string group_name;
        std::string text; ///< empty: nothing is kept here
    };

    [[nodiscard]] Written& place_of(const Owner& owner);
    void append_own_anew(TextBuffer& line, const LocalProcess& process);

    std::vector<Written> written_;
    Timestamp start_; ///< processes start at other seconds than packets come
};

} // namespace dnsmon
