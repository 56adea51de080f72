// SPDX-License-Identifier: Apache-2.0
#include "dns/ascii.h"
#include "dns/rdata_format.h"
#include "dns/registry.h"

namespace dnsmon::dns {

namespace {

/// IANA "Service Parameter Keys (SvcParamKeys)".
enum Key : std::uint16_t {
    kMandatory = 0,
    kAlpn = 1,
    kNoDefaultAlpn = 2,
    kPort = 3,
    kIpv4Hint = 4,
    kEch = 5,
    kIpv6Hint = 6,
    kDohPath = 7,
    kOhttp = 8,
    kTlsSupportedGroups = 9,
    kDocPath = 10,
    kPvd = 11,
    kOots = 12,
};
constexpr Mnemonic kKeyNames[] = {
    {kMandatory, "mandatory"},
    {kAlpn, "alpn"},
    {kNoDefaultAlpn, "no-default-alpn"},
    {kPort, "port"},
    {kIpv4Hint, "ipv4hint"},
    {kEch, "ech"},
    {kIpv6Hint, "ipv6hint"},
    {kDohPath, "dohpath"},
    {kOhttp, "ohttp"},
    {kTlsSupportedGroups, "tls-supported-groups"},
    {kDocPath, "docpath"},
    {kPvd, "pvd"},
    {kOots, "oots"},
};

void append_key(std::string& out, std::uint16_t key) {
    append_mnemonic(out, find_mnemonic(kKeyNames, key), "key", key);
}

/// One item of a comma-separated list (RFC 9460 A.1): ',' and '\' get a backslash, which the <character-string> the
/// list is written as escapes again.
void append_list_item(std::string& out, Bytes item) {
    for (const std::uint8_t& c : item) {
        if (c == ',')
            out.append("\\\\,");
        else if (c == '\\')
            out.append("\\\\\\\\");
        else
            append_escaped(out, Bytes(&c, 1));
    }
}

/// Items to the end of the value, commas between. `append_one` takes one item from the reader.
template <typename AppendOne>
void append_list(std::string& out, Reader& value, AppendOne append_one) {
    for (bool first = true; !value.at_end(); first = false) {
        if (!first) out.push_back(',');
        append_one();
    }
}

void append_alpn(std::string& out, Reader& value) {
    append_list(out, value, [&] {
        const Bytes item = value.counted();
        if (item.empty()) value.fail();
        append_list_item(out, item);
    });
}

void append_hints(std::string& out, Reader& value, std::size_t bytes,
                  void (*append)(std::string&, const std::uint8_t*)) {
    append_list(out, value, [&] {
        const Bytes address = value.take(bytes);
        if (value.ok()) append(out, address.data());
    });
}

/// Keys whose value is nothing at all, or may not be nothing (RFC 9460 7, RFC 9540 4).
bool emptiness_fits(std::uint16_t key, const Reader& value) {
    if (key == kNoDefaultAlpn || key == kOhttp) return value.at_end();
    const bool may_be_empty = key > kTlsSupportedGroups || key == kEch;
    return may_be_empty || !value.at_end();
}

void append_value(std::string& out, std::uint16_t key, Reader& value) {
    switch (key) {
    case kMandatory: return append_list(out, value, [&] { append_key(out, value.u16()); });
    case kAlpn:
    case kDocPath: return append_alpn(out, value);
    case kPort: return append_decimal(out, value.u16());
    case kIpv4Hint: return append_hints(out, value, 4, append_ipv4);
    case kEch: return append_base64(out, value.rest());
    case kIpv6Hint: return append_hints(out, value, 16, append_ipv6);
    case kTlsSupportedGroups: return append_list(out, value, [&] { append_decimal(out, value.u16()); });
    default: return append_escaped(out, value.rest());
    }
}

bool append_parameter(std::string& out, std::uint16_t key, Bytes bytes) {
    Reader value(bytes);
    if (!emptiness_fits(key, value)) return false;
    append_key(out, key);
    if (bytes.empty() && key != kEch) return true;
    out.append("=\"");
    append_value(out, key, value);
    out.push_back('"');
    return value.ok() && value.at_end();
}

} // namespace

void append_service_binding(std::string& out, Reader& in) {
    append_decimal(out, in.u16());
    out.push_back(' ');
    append_rdata_name(out, in);
    int previous = -1;
    while (!in.at_end()) {
        const std::uint16_t key = in.u16();
        const Bytes value = in.take(in.u16());
        if (!in.ok() || key <= previous) return in.fail(); // RFC 9460 2.2: strictly increasing
        previous = key;
        out.push_back(' ');
        if (!append_parameter(out, key, value)) return in.fail();
    }
}

} // namespace dnsmon::dns
