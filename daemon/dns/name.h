// SPDX-License-Identifier: Apache-2.0
// Domain names on the wire (RFC 1035 3.1, 4.1.4): where one ends, whether it can be read. Reads only; any thread.
// Work is bounded per name: 127 labels, kMaxPointers compression pointers.
#pragma once

#include "dns/message.h"

namespace dnsmon::dns {

constexpr std::uint32_t kMaxNameOctets = 255; ///< RFC 1035 2.3.4, length octets and the root included
constexpr std::uint32_t kMaxLabelOctets = 63;
/// A pointer for each of 127 labels is more than any software writes; chains without labels end here.
constexpr std::uint32_t kMaxPointers = 128;
/// Most that append_name writes: 250 octets as \DDD and their dots.
constexpr std::size_t kMaxNameText = 1024;

struct NameScan {
    std::uint32_t end = 0; ///< first byte after the name's own bytes; a pointer's target is elsewhere
    DecodeError error = DecodeError::kNone;
    std::uint32_t error_offset = 0;
    /// With an error: the name is wrong, but where it ends is known, so what follows it can be read.
    bool end_known = true;
};

/// Looks at the name at `offset`, whose own bytes must end at or before `limit` (≤ wire.size()).
[[nodiscard]] NameScan scan_name(std::span<const std::uint8_t> wire, std::uint32_t offset, std::uint32_t limit);

/// The bytes of the name at `offset` (≤ wire.size()) up to the octet that ends its labels, that octet included: the root, a pointer, or
/// damage; less where the message ends before. For names that are compared by their bytes; whether it can be read is not asked.
[[nodiscard]] std::span<const std::uint8_t> name_bytes(std::span<const std::uint8_t> wire, std::size_t offset);

} // namespace dnsmon::dns
