// SPDX-License-Identifier: Apache-2.0
// The shapes an event can be written in (output.format, `dnsmon read --format`).
#pragma once

#include <cstdint>

namespace dnsmon {

enum class Format : std::uint8_t { kEcs, kFlat, kText };

} // namespace dnsmon
