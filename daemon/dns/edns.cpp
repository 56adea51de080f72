// SPDX-License-Identifier: Apache-2.0
#include "dns/edns.h"

#include "dns/ascii.h"
#include "dns/rdata_format.h"
#include "dns/registry.h"
#include "dns/text.h"

#include <algorithm>

namespace dnsmon::dns {

namespace {

enum Option : std::uint16_t {
    kLlq = 1,
    kUpdateLease = 2,
    kNsid = 3,
    kDau = 5,
    kDhu = 6,
    kN3u = 7,
    kExpire = 9,
    kCookie = 10,
    kTcpKeepalive = 11,
    kPadding = 12,
    kChain = 13,
    kKeyTag = 14,
    kClientTag = 16,
    kServerTag = 17,
    kReportChannel = 18,
    kZoneVersion = 19,
    kMqTypeQuery = 20,
    kMqTypeResponse = 21,
};

constexpr Mnemonic kOptionNames[] = {
    {kLlq, "LLQ"},
    {kUpdateLease, "UPDATE-LEASE"},
    {kNsid, "NSID"},
    {4, "OWNER"},
    {kDau, "DAU"},
    {kDhu, "DHU"},
    {kN3u, "N3U"},
    {kOptionClientSubnet, "ECS"},
    {kExpire, "EXPIRE"},
    {kCookie, "COOKIE"},
    {kTcpKeepalive, "TCP-KEEPALIVE"},
    {kPadding, "PADDING"},
    {kChain, "CHAIN"},
    {kKeyTag, "KEY-TAG"},
    {kOptionExtendedError, "EDE"},
    {kClientTag, "CLIENT-TAG"},
    {kServerTag, "SERVER-TAG"},
    {kReportChannel, "REPORT-CHANNEL"},
    {kZoneVersion, "ZONEVERSION"},
    {kMqTypeQuery, "MQTYPE-QUERY"},
    {kMqTypeResponse, "MQTYPE-RESPONSE"},
    {22, "EDE-EXTRA-TEXT-LANGUAGE"},
    {23, "FILTERING-CONTACT"},
    {24, "FILTERING-ORGANIZATION"},
    {25, "FILTERING-DB"},
    {26, "STRUCTURED-DNS-ERROR"},
    {20292, "UMBRELLA-IDENT"},
    {26946, "DEVICEID"},
};

/// Numbers of `bytes` octets each, to the end, commas between.
void append_numbers(std::string& out, Reader& in, std::size_t bytes) {
    for (bool first = true; !in.at_end(); first = false) {
        if (!first) out.push_back(',');
        append_decimal(out, in.uint(bytes));
    }
}

void append_types(std::string& out, Reader& in) {
    for (bool first = true; !in.at_end(); first = false) {
        if (!first) out.push_back(',');
        append_type(out, in.u16());
    }
}

/// RFC 8764 3.2.
void append_llq(std::string& out, Reader& in) {
    constexpr const char* kLabels[] = {"version ", ", opcode ", ", error "};
    for (const char* label : kLabels) {
        out.append(label);
        append_decimal(out, in.u16());
    }
    out.append(", id ");
    append_decimal(out, in.uint(8));
    out.append(", lease ");
    append_decimal(out, in.u32());
}

/// RFC 9664 4: LEASE, and KEY-LEASE in the eight-octet form.
void append_update_lease(std::string& out, Reader& in) {
    append_decimal(out, in.u32());
    if (in.at_end()) return;
    out.push_back('/');
    append_decimal(out, in.u32());
}

/// RFC 7871 6: address/source prefix/scope prefix.
void append_client_subnet(std::string& out, Reader& in) {
    const std::uint16_t family = in.u16();
    const std::uint8_t source = in.u8();
    const std::uint8_t scope = in.u8();
    const Bytes part = in.rest();
    const std::size_t octets = family == 1 ? 4 : 16;
    if (!in.ok() || family < 1 || family > 2 || part.size() > octets || source > 8 * octets) return in.fail();
    std::uint8_t address[16] = {};
    std::copy(part.begin(), part.end(), address);
    if (family == 1)
        append_ipv4(out, address);
    else
        append_ipv6(out, address);
    out.push_back('/');
    append_decimal(out, source);
    out.push_back('/');
    append_decimal(out, scope);
}

/// RFC 7873 4: the client's eight octets, then the server's 8 to 32.
void append_cookie(std::string& out, Reader& in) {
    append_hex(out, in.take(8));
    if (in.at_end()) return;
    out.push_back(' ');
    append_hex(out, in.rest());
}

/// RFC 7828 3.1: units of 100 ms; a client sends none.
void append_keepalive(std::string& out, Reader& in) {
    if (in.at_end()) return;
    const std::uint16_t tenths = in.u16();
    append_decimal(out, tenths / 10);
    out.push_back('.');
    append_decimal(out, tenths % 10);
    out.push_back('s');
}

/// RFC 8914 2.
void append_extended_error(std::string& out, Reader& in) {
    const auto error = extended_error(in.rest());
    if (!error) return in.fail();
    append_decimal(out, error->code);
    if (!error->name.empty()) out.append(" (").append(error->name).push_back(')');
    if (error->text.empty()) return;
    out.append(": ");
    append_quoted(out, error->text);
}

/// RFC 9660 2: label count, version type, version; type 0 is the SOA serial.
void append_zone_version(std::string& out, Reader& in) {
    if (in.at_end()) return;
    append_decimal(out, in.u8());
    const std::uint8_t type = in.u8();
    if (type == 0) {
        out.append(" SOA-SERIAL ");
        append_decimal(out, in.u32());
        return;
    }
    out.push_back(' ');
    append_decimal(out, type);
    out.push_back(' ');
    append_hex(out, in.rest());
}

/// Padding is zeros (RFC 7830 3): its length says all. Any other octet is worth seeing.
void append_padding(std::string& out, Reader& in) {
    const Bytes bytes = in.rest();
    if (std::any_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte != 0; })) return in.fail();
    append_decimal(out, bytes.size());
    out.append(" bytes");
}

/// RFC 7314 2: empty in a query.
void append_expire(std::string& out, Reader& in) {
    if (!in.at_end()) append_decimal(out, in.u32());
}

/// RFC 5001 2.3: opaque. Text where it is text (most servers'), else hex.
void append_nsid(std::string& out, Reader& in) {
    const Bytes id = in.rest();
    const bool text = std::all_of(id.begin(), id.end(), [](std::uint8_t c) { return c >= ' ' && c <= '~'; });
    if (text)
        out.append(id.begin(), id.end());
    else
        append_hex(out, id);
}

void append_parsed(std::string& out, std::uint16_t code, Reader& in) {
    switch (code) {
    case kLlq: return append_llq(out, in);
    case kUpdateLease: return append_update_lease(out, in);
    case kNsid: return append_nsid(out, in);
    case kDau:
    case kDhu:
    case kN3u: return append_numbers(out, in, 1);
    case kOptionClientSubnet: return append_client_subnet(out, in);
    case kExpire: return append_expire(out, in);
    case kCookie: return append_cookie(out, in);
    case kTcpKeepalive: return append_keepalive(out, in);
    case kPadding: return append_padding(out, in);
    case kChain:
    case kReportChannel: return append_rdata_name(out, in); // uncompressed: a pointer has nowhere to lead
    case kKeyTag: return append_numbers(out, in, 2);
    case kOptionExtendedError: return append_extended_error(out, in);
    case kClientTag:
    case kServerTag: return append_decimal(out, in.u16());
    case kZoneVersion: return append_zone_version(out, in);
    case kMqTypeQuery:
    case kMqTypeResponse: return append_types(out, in);
    default: return in.fail();
    }
}

} // namespace

std::optional<Edns> edns_of(const Message& message) {
    if (message.opt < 0) return std::nullopt;
    const Record& opt = message.records[static_cast<std::size_t>(message.opt)];
    Edns edns;
    edns.udp_size = opt.klass;
    edns.extended_rcode = static_cast<std::uint8_t>(opt.ttl >> 24);
    edns.version = static_cast<std::uint8_t>(opt.ttl >> 16);
    edns.flags = static_cast<std::uint16_t>(opt.ttl);
    edns.dnssec_ok = (edns.flags & 0x8000) != 0;
    edns.compact_ok = (edns.flags & 0x4000) != 0;
    return edns;
}

std::size_t whole_options_bytes(Bytes rdata) {
    constexpr std::size_t kOptionHeaderBytes = 4; // code and length
    std::size_t whole = 0;
    for_each_option(rdata, [&](std::uint16_t, Bytes value) { whole += kOptionHeaderBytes + value.size(); });
    return whole;
}

void append_option_name(std::string& out, std::uint16_t code) {
    append_mnemonic(out, find_mnemonic(kOptionNames, code), "OPT", code);
}

void append_option_value(std::string& out, std::uint16_t code, Bytes value) {
    const std::size_t start = out.size();
    Reader in(value);
    append_parsed(out, code, in);
    if (in.ok() && in.at_end()) return;
    out.resize(start);
    append_hex(out, value);
}

} // namespace dnsmon::dns
