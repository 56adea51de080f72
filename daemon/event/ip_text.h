// SPDX-License-Identifier: Apache-2.0
// Address -> text: dotted quad, or RFC 5952 for IPv6 (what inet_ntop writes, at a fraction of its cost).
#pragma once

#include "packet/flow.h"
#include "util/text_buffer.h"

namespace dnsmon {

void append_address(TextBuffer& line, const Address& address);

} // namespace dnsmon
