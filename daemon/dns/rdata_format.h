// SPDX-License-Identifier: Apache-2.0
// Writers of rdata's presentation forms, for rdata.cpp alone. Each reads from `in` and appends to `out`; what does not
// parse makes `in` fail, and the caller throws the text away. Bytes left over are the caller's to judge. Any thread.
#pragma once

#include "dns/message.h"
#include "dns/reader.h"

#include <string>

namespace dnsmon::dns {

/// A blank between two fields; nothing in front of the first (`start` is where the record's text begins).
inline void separate(std::string& out, std::size_t start) {
    if (out.size() > start && out.back() != ' ') out.push_back(' ');
}

/// A domain name whose own bytes lie inside `in`.
void append_rdata_name(std::string& out, Reader& in);

/// The next 4 or 16 octets as an address.
void append_ipv4_from(std::string& out, Reader& in);
void append_ipv6_from(std::string& out, Reader& in);

/// Records that are a row of plain fields (MX, SOA, RRSIG, …); false when `type` is not one of them.
bool append_shaped(std::string& out, Reader& in, std::uint16_t type);

/// Records whose form depends on what they hold (IPSECKEY, HIP, APL, TSIG, …); false when `type` is not one of them.
bool append_special(std::string& out, Reader& in, std::uint16_t type);

void append_location(std::string& out, Reader& in);        ///< LOC: RFC 1876 3
void append_service_binding(std::string& out, Reader& in); ///< SVCB, HTTPS: RFC 9460 2.1
/// NSEC, NSEC3, CSYNC: RFC 4034 4.1.2, blocks to the end; each type with a blank in front.
void append_type_windows(std::string& out, Reader& in);
/// NXT: RFC 2535 5.2, one bitmap of types 1 to 127.
void append_type_bits(std::string& out, Reader& in);

} // namespace dnsmon::dns
