// SPDX-License-Identifier: Apache-2.0
#include "dns/ascii.h"
#include "dns/rdata_format.h"
#include "dns/registry.h"
#include "dns/text.h"

#include <algorithm>

namespace dnsmon::dns {

namespace {

enum class Separator : std::uint8_t { kNone, kBlank };

void append_number(std::string& out, std::uint64_t value, Separator after = Separator::kBlank) {
    append_decimal(out, value);
    if (after == Separator::kBlank) out.push_back(' ');
}

/// WKS, RFC 1035 3.4.2: address, protocol, the ports whose bits are set.
void append_wks(std::string& out, Reader& in) {
    append_ipv4_from(out, in);
    out.push_back(' ');
    append_number(out, in.u8(), Separator::kNone);
    const Bytes bitmap = in.rest();
    if (bitmap.size() > 65536 / 8) return in.fail();
    for (std::size_t i = 0; i < bitmap.size(); ++i)
        for (unsigned bit = 0; bit < 8; ++bit) {
            if ((bitmap[i] & (0x80U >> bit)) == 0) continue;
            out.push_back(' ');
            append_decimal(out, 8 * i + bit);
        }
}

/// ISDN, RFC 1183 3.2: the subaddress is optional.
void append_isdn(std::string& out, Reader& in) {
    append_quoted(out, in.counted());
    if (in.at_end()) return;
    const Bytes subaddress = in.counted();
    if (subaddress.empty()) return;
    out.push_back(' ');
    append_quoted(out, subaddress);
}

/// NSAP, RFC 1706 5.
void append_nsap(std::string& out, Reader& in) {
    if (in.at_end()) return in.fail();
    out.append("0x");
    append_hex(out, in.rest());
}

/// ATMA (ATM Name System 5.2): E.164 as "+digits", an AESA as hex.
void append_atma(std::string& out, Reader& in) {
    const std::uint8_t format = in.u8();
    const Bytes address = in.rest();
    if (format > 1 || address.empty()) return in.fail();
    if (format == 0) return append_hex(out, address);
    out.push_back('+');
    for (const std::uint8_t digit : address) {
        if (digit < '0' || digit > '9') return in.fail();
        out.push_back(static_cast<char>(digit));
    }
}

/// GPOS, RFC 1712 3: three numbers, each a <character-string>.
void append_gpos(std::string& out, Reader& in) {
    for (unsigned i = 0; i < 3; ++i) {
        const Bytes number = in.counted();
        const auto numeric = [](std::uint8_t c) { return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.'; };
        if (number.empty() || !std::all_of(number.begin(), number.end(), numeric)) return in.fail();
        if (i > 0) out.push_back(' ');
        out.append(number.begin(), number.end());
    }
}

/// NXT, RFC 2535 5.
void append_nxt(std::string& out, Reader& in) {
    append_rdata_name(out, in);
    append_type_bits(out, in);
}

/// A6, RFC 2874 3.1: prefix length, the suffix's 128 - length bits, and the prefix's name unless the length is 0.
void append_a6(std::string& out, Reader& in) {
    const std::uint8_t prefix = in.u8();
    if (prefix > 128) return in.fail();
    append_number(out, prefix, Separator::kNone);
    if (prefix < 128) {
        std::uint8_t address[16] = {};
        const std::size_t octets = (128U - prefix + 7) / 8;
        const Bytes suffix = in.take(octets);
        std::copy(suffix.begin(), suffix.end(), address + 16 - octets);
        out.push_back(' ');
        append_ipv6(out, address);
    }
    if (prefix == 0) return;
    out.push_back(' ');
    append_rdata_name(out, in);
}

/// APL, RFC 3123 5: "!family:address/prefix"; only families 1 and 2 have a text form.
void append_apl(std::string& out, Reader& in) {
    for (bool first = true; !in.at_end(); first = false) {
        const std::uint16_t family = in.u16();
        const std::uint8_t prefix = in.u8();
        const std::uint8_t length = in.u8();
        const std::size_t octets = family == 1 ? 4 : 16;
        const Bytes part = in.take(length & 0x7fU);
        if (!in.ok() || family < 1 || family > 2 || part.size() > octets || prefix > 8 * octets) return in.fail();
        std::uint8_t address[16] = {};
        std::copy(part.begin(), part.end(), address);
        if (!first) out.push_back(' ');
        if ((length & 0x80) != 0) out.push_back('!');
        append_number(out, family, Separator::kNone);
        out.push_back(':');
        if (family == 1)
            append_ipv4(out, address);
        else
            append_ipv6(out, address);
        out.push_back('/');
        append_decimal(out, prefix);
    }
}

/// The gateway of IPSECKEY (RFC 4025 2.5) and the relay of AMTRELAY (RFC 8777 4.2.4).
void append_gateway(std::string& out, Reader& in, unsigned type) {
    switch (type) {
    case 0: return out.push_back('.');
    case 1: return append_ipv4_from(out, in);
    case 2: return append_ipv6_from(out, in);
    case 3: return append_rdata_name(out, in);
    default: return in.fail();
    }
}

void append_ipseckey(std::string& out, Reader& in) {
    append_number(out, in.u8());
    const std::uint8_t gateway = in.u8();
    append_number(out, gateway);
    append_number(out, in.u8());
    append_gateway(out, in, gateway);
    if (in.at_end()) return;
    out.push_back(' ');
    append_base64(out, in.rest());
}

void append_amtrelay(std::string& out, Reader& in) {
    append_number(out, in.u8());
    const std::uint8_t discovery_and_type = in.u8();
    append_number(out, discovery_and_type >> 7);
    append_number(out, discovery_and_type & 0x7fU);
    append_gateway(out, in, discovery_and_type & 0x7fU);
}

/// HIP, RFC 8005 5 and 6.
void append_hip(std::string& out, Reader& in) {
    const std::uint8_t hit_bytes = in.u8();
    append_number(out, in.u8());
    const std::uint16_t key_bytes = in.u16();
    append_hex(out, in.take(hit_bytes));
    out.push_back(' ');
    append_base64(out, in.take(key_bytes));
    while (!in.at_end()) {
        const std::size_t before = in.offset();
        const std::size_t text_before = out.size();
        out.push_back(' ');
        append_rdata_name(out, in);
        // Uncompressed by RFC 8005 5.10; a list of pointers would be 2 bytes of wire for 1000 of text, each.
        if (out.size() - text_before > 4 * (in.offset() - before)) return in.fail();
    }
}

/// URI, RFC 7553 4.1.
void append_uri(std::string& out, Reader& in) {
    append_number(out, in.u16());
    append_number(out, in.u16());
    if (in.at_end()) return in.fail();
    append_quoted(out, in.rest());
}

/// CAA, RFC 8659 4.1.1: the tag is letters and digits.
void append_caa(std::string& out, Reader& in) {
    append_number(out, in.u8());
    const Bytes tag = in.counted();
    const auto alphanumeric = [](std::uint8_t c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    if (tag.empty() || !std::all_of(tag.begin(), tag.end(), alphanumeric)) return in.fail();
    out.append(tag.begin(), tag.end());
    out.push_back(' ');
    append_quoted(out, in.rest());
}

void append_counted_base64(std::string& out, Reader& in) {
    const Bytes bytes = in.take(in.u16());
    if (bytes.empty()) return;
    append_base64(out, bytes);
    out.push_back(' ');
}

/// TKEY, RFC 2930 2, which leaves the form to others: dnspython's.
void append_tkey(std::string& out, Reader& in) {
    append_rdata_name(out, in);
    out.push_back(' ');
    append_number(out, in.u32());
    append_number(out, in.u32());
    append_number(out, in.u16());
    append_number(out, in.u16());
    append_counted_base64(out, in);
    append_counted_base64(out, in);
    out.pop_back();
}

/// Code 16 is BADSIG in a TSIG's error field and BADVERS in a header (RFC 8945 3).
void append_tsig_error(std::string& out, std::uint16_t error) {
    append_mnemonic(out, error == 16 ? "BADSIG" : rcode_name(error), "", error);
    out.push_back(' ');
}

/// TSIG, RFC 8945 4.2, in the form that dig and dnspython share.
void append_tsig(std::string& out, Reader& in) {
    append_rdata_name(out, in);
    out.push_back(' ');
    append_number(out, in.uint(6));
    append_number(out, in.u16());
    const Bytes mac = in.take(in.u16());
    append_number(out, mac.size());
    append_base64(out, mac);
    if (!mac.empty()) out.push_back(' ');
    append_number(out, in.u16());
    append_tsig_error(out, in.u16());
    const Bytes other = in.take(in.u16());
    append_number(out, other.size(), Separator::kNone);
    if (other.empty()) return;
    out.push_back(' ');
    append_base64(out, other);
}

/// EUI48, EUI64, RFC 7043 3.2, 4.2.
void append_eui(std::string& out, Reader& in, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i) {
        if (i > 0) out.push_back('-');
        append_hex(out, in.take(1));
    }
}

} // namespace

bool append_special(std::string& out, Reader& in, std::uint16_t type) {
    switch (type) {
    case 11: append_wks(out, in); return true;
    case 20: append_isdn(out, in); return true;
    case 22: append_nsap(out, in); return true;
    case 27: append_gpos(out, in); return true;
    case 29: append_location(out, in); return true;
    case 30: append_nxt(out, in); return true;
    case 34: append_atma(out, in); return true;
    case 38: append_a6(out, in); return true;
    case 42: append_apl(out, in); return true;
    case 45: append_ipseckey(out, in); return true;
    case 55: append_hip(out, in); return true;
    case 64: // SVCB
    case 65: append_service_binding(out, in); return true;
    case 108: append_eui(out, in, 6); return true;
    case 109: append_eui(out, in, 8); return true;
    case kTypeTkey: append_tkey(out, in); return true;
    case kTypeTsig: append_tsig(out, in); return true;
    case 256: append_uri(out, in); return true;
    case 257: append_caa(out, in); return true;
    case 260: append_amtrelay(out, in); return true;
    default: return false;
    }
}

} // namespace dnsmon::dns
