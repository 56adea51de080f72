// SPDX-License-Identifier: Apache-2.0
// The first question as one number, for pairing and for joining recursion: the same for a query and its answer, also when a server changes the
// case of the name (0x20) or compresses it.
#pragma once

#include "dns/message.h"

#include <cstdint>
#include <span>

namespace dnsmon {

/// 0: the message has no readable question.
[[nodiscard]] std::uint64_t question_hash(const dns::Message& message);
/// The same number from a message that was not decoded.
[[nodiscard]] std::uint64_t question_hash(std::span<const std::uint8_t> wire);

} // namespace dnsmon
