// SPDX-License-Identifier: Apache-2.0
#include "dns/ascii.h"
#include "dns/mdns.h"
#include "dns/name.h"
#include "dns/rdata_format.h"
#include "dns/registry.h"
#include "dns/text.h"

namespace dnsmon::dns {

namespace {

/// RFC 3597 5: "\# length hex".
void append_unknown(std::string& out, Bytes rdata) {
    out.append("\\# ");
    append_decimal(out, rdata.size());
    if (rdata.empty()) return;
    out.push_back(' ');
    append_hex(out, rdata);
}

/// Chaosnet's A is a network's name and a 16-bit address in octal (RFC 1035 3.4.1 is IN's alone).
void append_chaos_address(std::string& out, Reader& in) {
    append_rdata_name(out, in);
    char octal[7];
    char* digit = octal + sizeof octal;
    unsigned value = in.u16();
    do {
        *--digit = static_cast<char>('0' + (value & 7U));
        value >>= 3;
    } while (value != 0);
    out.push_back(' ');
    out.append(digit, static_cast<std::size_t>(octal + sizeof octal - digit));
}

bool append_known(std::string& out, Reader& in, const Record& record) {
    if (record.type == kTypeA && mdns_class(record.klass) == kClassCh) {
        append_chaos_address(out, in);
        return true;
    }
    return append_shaped(out, in, record.type) || append_special(out, in, record.type);
}

} // namespace

void append_rdata_name(std::string& out, Reader& in) {
    const auto offset = static_cast<std::uint32_t>(in.offset());
    const NameScan name = scan_name(in.wire(), offset, static_cast<std::uint32_t>(in.end()));
    if (!in.ok() || name.error != DecodeError::kNone) return in.fail();
    append_name(out, in.wire(), offset);
    in.skip_to(name.end);
}

void append_ipv4_from(std::string& out, Reader& in) {
    const Bytes address = in.take(4);
    if (in.ok()) append_ipv4(out, address.data());
}

void append_ipv6_from(std::string& out, Reader& in) {
    const Bytes address = in.take(16);
    if (in.ok()) append_ipv6(out, address.data());
}

void append_rdata(std::string& out, const Message& message, const Record& record) {
    const std::size_t start = out.size();
    Reader in(message.wire, record.rdata_offset, record.rdata_bytes);
    if (append_known(out, in, record) && in.ok() && in.at_end() && out.size() > start) return;
    out.resize(start);
    append_unknown(out, Reader(message.wire, record.rdata_offset, record.rdata_bytes).rest());
}

} // namespace dnsmon::dns
