// SPDX-License-Identifier: Apache-2.0
#include "dns/ascii.h"
#include "dns/rdata_format.h"
#include "dns/registry.h"
#include "dns/text.h"

#include <array>

namespace dnsmon::dns {

namespace {

/// The fields a row of rdata is made of, a letter each, so that a type is one line of the table below.
enum Field : char {
    kU8 = '1',
    kU16 = '2',
    kU32 = '4',
    kU64 = '8',
    kNodeId = 'n', ///< 64 bits as four groups of hex (RFC 6742 2.1.2)
    kIpv4 = 'a',
    kIpv6 = 'A',
    kDomain = 'N',
    kString = 's',     ///< one quoted <character-string>
    kStrings = 'S',    ///< one or more, to the end
    kType = 'T',       ///< RR type's mnemonic
    kDate = 'D',       ///< 32-bit seconds as YYYYMMDDHHmmSS (RFC 4034 3.2)
    kScheme = 'M',     ///< RFC 9859 2.2
    kCertType = 'c',   ///< RFC 4398 2.1
    kAlgorithm = 'g',  ///< DNSSEC algorithm's mnemonic
    kSalt = 'h',       ///< counted, hex, "-" when empty (RFC 5155 3.3)
    kHash = 'H',       ///< counted, base32hex, never empty
    kHex = 'x',        ///< to the end
    kBase64 = 'b',     ///< to the end
    kBase64Dash = 'd', ///< to the end, "-" when empty
    kTypes = 'B',      ///< type bitmap windows, to the end
};

struct Shape {
    std::uint16_t type;
    const char* fields;
};

constexpr Shape kShapes[] = {
    {1, "a"},          // A: RFC 1035
    {2, "N"},          // NS
    {3, "N"},          // MD
    {4, "N"},          // MF
    {5, "N"},          // CNAME
    {6, "NN44444"},    // SOA
    {7, "N"},          // MB
    {8, "N"},          // MG
    {9, "N"},          // MR
    {12, "N"},         // PTR
    {13, "ss"},        // HINFO
    {14, "NN"},        // MINFO
    {15, "2N"},        // MX
    {16, "S"},         // TXT
    {17, "NN"},        // RP: RFC 1183
    {18, "2N"},        // AFSDB: RFC 1183
    {19, "s"},         // X25: RFC 1183
    {21, "2N"},        // RT: RFC 1183
    {23, "N"},         // NSAP-PTR: RFC 1348
    {24, "T114DD2Nb"}, // SIG: RFC 2535
    {25, "211b"},      // KEY: RFC 2535
    {26, "2NN"},       // PX: RFC 2163
    {28, "A"},         // AAAA: RFC 3596
    {31, "x"},         // EID: Nimrod
    {32, "x"},         // NIMLOC: Nimrod
    {33, "222N"},      // SRV: RFC 2782
    {35, "22sssN"},    // NAPTR: RFC 3403
    {36, "2N"},        // KX: RFC 2230
    {37, "c2gb"},      // CERT: RFC 4398
    {39, "N"},         // DNAME: RFC 6672
    {40, "111b"},      // SINK: draft-eastlake-kitchen-sink
    {43, "211x"},      // DS: RFC 4034
    {44, "11x"},       // SSHFP: RFC 4255
    {46, "T114DD2Nb"}, // RRSIG: RFC 4034
    {47, "NB"},        // NSEC: RFC 4034
    {48, "211b"},      // DNSKEY: RFC 4034
    {49, "b"},         // DHCID: RFC 4701
    {50, "112hHB"},    // NSEC3: RFC 5155
    {51, "112h"},      // NSEC3PARAM: RFC 5155
    {52, "111x"},      // TLSA: RFC 6698
    {53, "111x"},      // SMIMEA: RFC 8162
    {56, "S"},         // NINFO: draft-reid-dnsext-zs
    {57, "211b"},      // RKEY: draft-reid-dnsext-rkey
    {58, "NN"},        // TALINK: draft-wijngaards-dnsop-trust-history
    {59, "211x"},      // CDS: RFC 7344
    {60, "211b"},      // CDNSKEY: RFC 7344
    {61, "b"},         // OPENPGPKEY: RFC 7929
    {62, "42B"},       // CSYNC: RFC 7477
    {63, "411x"},      // ZONEMD: RFC 8976
    {66, "TM2N"},      // DSYNC: RFC 9859
    {67, "b"},         // HHIT: RFC 9886
    {68, "b"},         // BRID: RFC 9886
    {99, "S"},         // SPF: RFC 7208
    {104, "2n"},       // NID: RFC 6742
    {105, "2a"},       // L32: RFC 6742
    {106, "2n"},       // L64: RFC 6742
    {107, "2N"},       // LP: RFC 6742
    {258, "S"},        // AVC
    {259, "441sd"},    // DOA: draft-durand-doa-over-dns
    {261, "S"},        // RESINFO: RFC 9606
    {262, "S"},        // WALLET
    {263, "S"},        // CLA
    {264, "8"},        // IPN
    {32768, "211x"},   // TA
    {32769, "211x"},   // DLV: RFC 4431
};

/// RFC 4398 2.1.
constexpr Mnemonic kCertTypes[] = {
    {1, "PKIX"}, {2, "SPKI"},   {3, "PGP"},     {4, "IPKIX"}, {5, "ISPKI"},
    {6, "IPGP"}, {7, "ACPKIX"}, {8, "IACPKIX"}, {253, "URI"}, {254, "OID"},
};

constexpr std::size_t kDenseShapes = 265;
constexpr std::array<const char*, kDenseShapes> make_dense_shapes() {
    std::array<const char*, kDenseShapes> shapes{};
    for (const Shape& shape : kShapes)
        if (shape.type < kDenseShapes) shapes[shape.type] = shape.fields;
    return shapes;
}
constexpr auto kDense = make_dense_shapes();

const char* find_shape(std::uint16_t type) {
    if (type < kDenseShapes) return kDense[type];
    for (const Shape& shape : kShapes)
        if (shape.type == type) return shape.fields;
    return nullptr;
}

void append_node_id(std::string& out, Reader& in) {
    for (unsigned group = 0; group < 4; ++group) {
        if (group > 0) out.push_back(':');
        append_hex(out, in.take(2));
    }
}

/// Seconds since 1970 as YYYYMMDDHHmmSS (RFC 4034 3.2); days to a date by Hinnant's civil_from_days.
void append_date(std::string& out, std::uint32_t seconds) {
    const std::uint32_t days = seconds / 86400 + 719468;
    const std::uint32_t era = days / 146097;
    const std::uint32_t day_of_era = days % 146097;
    const std::uint32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const std::uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::uint32_t shifted_month = (5 * day_of_year + 2) / 153;
    const std::uint32_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    append_padded(out, year_of_era + era * 400 + (month <= 2 ? 1 : 0), 4);
    append_padded(out, month, 2);
    append_padded(out, day_of_year - (153 * shifted_month + 2) / 5 + 1, 2);
    append_padded(out, seconds / 3600 % 24, 2);
    append_padded(out, seconds / 60 % 60, 2);
    append_padded(out, seconds % 60, 2);
}

void append_strings(std::string& out, Reader& in) {
    if (in.at_end()) return in.fail();
    for (bool first = true; !in.at_end(); first = false) {
        if (!first) out.push_back(' ');
        append_quoted(out, in.counted());
    }
}

void append_salt(std::string& out, Reader& in) {
    const Bytes salt = in.counted();
    if (salt.empty()) out.push_back('-');
    append_hex(out, salt);
}

void append_hash(std::string& out, Reader& in) {
    const Bytes hash = in.counted();
    if (hash.empty()) return in.fail();
    append_base32hex(out, hash);
}

void append_field(std::string& out, Reader& in, Field field) {
    switch (field) {
    case kU8: return append_decimal(out, in.u8());
    case kU16: return append_decimal(out, in.u16());
    case kU32: return append_decimal(out, in.u32());
    case kU64: return append_decimal(out, in.uint(8));
    case kNodeId: return append_node_id(out, in);
    case kIpv4: return append_ipv4_from(out, in);
    case kIpv6: return append_ipv6_from(out, in);
    case kDomain: return append_rdata_name(out, in);
    case kString: return append_quoted(out, in.counted());
    case kStrings: return append_strings(out, in);
    case kType: return append_type(out, in.u16());
    case kDate: return append_date(out, in.u32());
    case kScheme: {
        const std::uint8_t scheme = in.u8();
        return append_mnemonic(out, scheme == 1 ? "NOTIFY" : "", "", scheme);
    }
    case kCertType: {
        const std::uint16_t type = in.u16();
        return append_mnemonic(out, find_mnemonic(kCertTypes, type), "", type);
    }
    case kAlgorithm: {
        const std::uint8_t algorithm = in.u8();
        return append_mnemonic(out, algorithm_name(algorithm), "", algorithm);
    }
    case kSalt: return append_salt(out, in);
    case kHash: return append_hash(out, in);
    case kHex: return append_hex(out, in.rest());
    case kBase64: return append_base64(out, in.rest());
    case kBase64Dash:
        if (in.at_end()) out.push_back('-');
        return append_base64(out, in.rest());
    case kTypes: return append_type_windows(out, in);
    }
}

} // namespace

bool append_shaped(std::string& out, Reader& in, std::uint16_t type) {
    const char* fields = find_shape(type);
    if (fields == nullptr) return false;
    const std::size_t start = out.size();
    for (; *fields != '\0' && in.ok(); ++fields) {
        separate(out, start);
        append_field(out, in, static_cast<Field>(*fields));
    }
    if (out.size() > start && out.back() == ' ') out.pop_back();
    return true;
}

} // namespace dnsmon::dns
