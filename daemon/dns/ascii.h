// SPDX-License-Identifier: Apache-2.0
// The small encodings presentation forms are made of. Each appends printable ASCII to `out`; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace dnsmon::dns {

void append_decimal(std::string& out, std::uint64_t value);
/// At least `width` digits, zeros in front.
void append_padded(std::string& out, std::uint64_t value, unsigned width);
void append_hex(std::string& out, std::span<const std::uint8_t> bytes);       ///< lower case, no separators
void append_base64(std::string& out, std::span<const std::uint8_t> bytes);    ///< RFC 4648 4
void append_base32hex(std::string& out, std::span<const std::uint8_t> bytes); ///< RFC 4648 7, lower case, no padding
void append_ipv4(std::string& out, const std::uint8_t* four_bytes);
/// RFC 5952; IPv4-mapped and IPv4-compatible addresses end in dotted quads, as inet_ntop(3) writes them.
void append_ipv6(std::string& out, const std::uint8_t* sixteen_bytes);
/// RFC 1035 5.1 <character-string> content: '"' and '\' as \" and \\, bytes outside ' '…'~' as \DDD.
void append_escaped(std::string& out, std::span<const std::uint8_t> bytes);
void append_quoted(std::string& out, std::span<const std::uint8_t> bytes); ///< the same between quotes

} // namespace dnsmon::dns
