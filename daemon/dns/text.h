// SPDX-License-Identifier: Apache-2.0
// Presentation form of what a Message holds (RFC 1035 5.1, RFC 4343 2.1, RFC 3597): every function appends printable
// ASCII to `out`, whatever the wire holds, so that only '"' and '\' need escaping in JSON. Bounded by the input's size.
#pragma once

#include "dns/message.h"

#include <string>

namespace dnsmon::dns {

/// The name at `offset` without the trailing dot; the root is ".". Bytes outside '!'…'~' as \DDD, dots and
/// backslashes inside labels as "\." and "\\", bit strings as "\[x80/1]" (RFC 2673). Of a name that cannot be read to its
/// end: what was readable, and a last label "\[?]". A pointer that leads forwards is followed all the same.
void append_name(std::string& out, std::span<const std::uint8_t> wire, std::uint32_t offset);

/// The record's data as its own RFC writes it; RFC 3597 "\# n hex" for unknown types and for data that does not parse.
/// Domain names inside rdata keep their trailing dot off, as everywhere in the events.
void append_rdata(std::string& out, const Message& message, const Record& record);

void append_type(std::string& out, std::uint16_t type);   ///< "AAAA", "TYPE65280"
void append_class(std::string& out, std::uint16_t klass); ///< "IN", "CLASS42"; pass without the mDNS bit
void append_opcode(std::string& out, std::uint8_t opcode); ///< "QUERY", "OPCODE7"
void append_rcode(std::string& out, std::uint16_t rcode);  ///< "NOERROR", "BADVERS", "RCODE3841"

} // namespace dnsmon::dns
