// SPDX-License-Identifier: Apache-2.0
// A record's owner name and data as the event may show them (privacy.answers). Pure functions.
//   whole      as they are
//   hashed     data as its hash; names that are not the question's or above it, too: of a chain of CNAMEs each link is
//              the data of the one before, and both have the same hash
//   truncated  addresses as their network, no other data; names that are not the question's or above it are left out
#pragma once

#include "event/event.h"

#include <string>

namespace dnsmon {

/// Appends nothing for what is not to be shown. True: the name as it is.
bool append_record_name(std::string& out, const Event& event, const dns::Record& record);
void append_record_data(std::string& out, const Event& event, const dns::Record& record);

} // namespace dnsmon
