// SPDX-License-Identifier: Apache-2.0
// The first question as one number, for pairing: the same for a query and its answer, also when a server changes the
// case of the name (0x20) or compresses it.
#pragma once

#include "dns/message.h"

#include <cstdint>

namespace dnsmon {

/// 0: the message has no readable question.
[[nodiscard]] std::uint64_t question_hash(const dns::Message& message);

} // namespace dnsmon
