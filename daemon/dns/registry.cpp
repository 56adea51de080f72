// SPDX-License-Identifier: Apache-2.0
#include "dns/registry.h"

#include "dns/ascii.h"
#include "dns/mdns.h"
#include "dns/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace dnsmon::dns {

namespace {

constexpr Mnemonic kTypes[] = {
    {1, "A"},       {2, "NS"},       {3, "MD"},          {4, "MF"},        {5, "CNAME"},     {6, "SOA"},
    {7, "MB"},      {8, "MG"},       {9, "MR"},          {10, "NULL"},     {11, "WKS"},      {12, "PTR"},
    {13, "HINFO"},  {14, "MINFO"},   {15, "MX"},         {16, "TXT"},      {17, "RP"},       {18, "AFSDB"},
    {19, "X25"},    {20, "ISDN"},    {21, "RT"},         {22, "NSAP"},     {23, "NSAP-PTR"}, {24, "SIG"},
    {25, "KEY"},    {26, "PX"},      {27, "GPOS"},       {28, "AAAA"},     {29, "LOC"},      {30, "NXT"},
    {31, "EID"},    {32, "NIMLOC"},  {33, "SRV"},        {34, "ATMA"},     {35, "NAPTR"},    {36, "KX"},
    {37, "CERT"},   {38, "A6"},      {39, "DNAME"},      {40, "SINK"},     {41, "OPT"},      {42, "APL"},
    {43, "DS"},     {44, "SSHFP"},   {45, "IPSECKEY"},   {46, "RRSIG"},    {47, "NSEC"},     {48, "DNSKEY"},
    {49, "DHCID"},  {50, "NSEC3"},   {51, "NSEC3PARAM"}, {52, "TLSA"},     {53, "SMIMEA"},   {55, "HIP"},
    {56, "NINFO"},  {57, "RKEY"},    {58, "TALINK"},     {59, "CDS"},      {60, "CDNSKEY"},  {61, "OPENPGPKEY"},
    {62, "CSYNC"},  {63, "ZONEMD"},  {64, "SVCB"},       {65, "HTTPS"},    {66, "DSYNC"},    {67, "HHIT"},
    {68, "BRID"},   {69, "UNECE"},   {70, "ISO"},        {99, "SPF"},      {100, "UINFO"},   {101, "UID"},
    {102, "GID"},   {103, "UNSPEC"}, {104, "NID"},       {105, "L32"},     {106, "L64"},     {107, "LP"},
    {108, "EUI48"}, {109, "EUI64"},  {128, "NXNAME"},    {249, "TKEY"},    {250, "TSIG"},    {251, "IXFR"},
    {252, "AXFR"},  {253, "MAILB"},  {254, "MAILA"},     {255, "ANY"},     {256, "URI"},     {257, "CAA"},
    {258, "AVC"},   {259, "DOA"},    {260, "AMTRELAY"},  {261, "RESINFO"}, {262, "WALLET"},  {263, "CLA"},
    {264, "IPN"},   {32768, "TA"},   {32769, "DLV"},
};

constexpr Mnemonic kOpcodes[] = {{0, "QUERY"}, {1, "IQUERY"}, {2, "STATUS"}, {4, "NOTIFY"}, {5, "UPDATE"}, {6, "DSO"}};

constexpr Mnemonic kRcodes[] = {
    {0, "NOERROR"},  {1, "FORMERR"},    {2, "SERVFAIL"}, {3, "NXDOMAIN"},  {4, "NOTIMP"},
    {5, "REFUSED"},  {6, "YXDOMAIN"},   {7, "YXRRSET"},  {8, "NXRRSET"},   {9, "NOTAUTH"},
    {10, "NOTZONE"}, {11, "DSOTYPENI"}, {16, "BADVERS"}, {17, "BADKEY"},   {18, "BADTIME"},
    {19, "BADMODE"}, {20, "BADNAME"},   {21, "BADALG"},  {22, "BADTRUNC"}, {23, "BADCOOKIE"},
};

constexpr Mnemonic kClasses[] = {{1, "IN"}, {3, "CH"}, {4, "HS"}, {254, "NONE"}, {255, "ANY"}};

constexpr Mnemonic kAlgorithms[] = {
    {1, "RSAMD5"},
    {2, "DH"},
    {3, "DSA"},
    {5, "RSASHA1"},
    {6, "DSA-NSEC3-SHA1"},
    {7, "RSASHA1-NSEC3-SHA1"},
    {8, "RSASHA256"},
    {10, "RSASHA512"},
    {12, "ECC-GOST"},
    {13, "ECDSAP256SHA256"},
    {14, "ECDSAP384SHA384"},
    {15, "ED25519"},
    {16, "ED448"},
    {17, "SM2SM3"},
    {23, "ECC-GOST12"},
    {252, "INDIRECT"},
    {253, "PRIVATEDNS"},
    {254, "PRIVATEOID"},
};

/// All types but TA and DLV, by number: one look instead of a search for the commonest name of all.
constexpr std::size_t kDenseTypes = 265;
constexpr std::array<std::string_view, kDenseTypes> make_dense_types() {
    std::array<std::string_view, kDenseTypes> names{};
    for (const Mnemonic& type : kTypes)
        if (type.code < kDenseTypes) names[type.code] = type.name;
    return names;
}
constexpr auto kDenseTypeNames = make_dense_types();

bool same_letters(std::string_view a, std::string_view b) {
    const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return upper(x) == upper(y); });
}

/// A name of the table, or `prefix` and a number up to `highest`.
std::optional<std::uint16_t> find_code(std::span<const Mnemonic> table, std::string_view prefix, std::uint16_t highest,
                                       std::string_view name) {
    for (const Mnemonic& entry : table)
        if (same_letters(entry.name, name)) return entry.code;
    if (!same_letters(name.substr(0, prefix.size()), prefix)) return std::nullopt;
    const std::string_view digits = name.substr(prefix.size());
    std::uint16_t code = 0;
    const auto [rest, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), code);
    if (failure != std::errc{} || rest != digits.data() + digits.size() || code > highest) return std::nullopt;
    return code;
}

} // namespace

std::string_view find_mnemonic(std::span<const Mnemonic> table, std::uint16_t code) {
    const auto found =
        std::lower_bound(table.begin(), table.end(), code,
                         [](const Mnemonic& entry, std::uint16_t wanted) { return entry.code < wanted; });
    return found != table.end() && found->code == code ? found->name : std::string_view{};
}

void append_mnemonic(std::string& out, std::string_view name, std::string_view prefix, std::uint16_t code) {
    if (!name.empty()) {
        out.append(name);
        return;
    }
    out.append(prefix);
    append_decimal(out, code);
}

std::string_view type_name(std::uint16_t type) {
    return type < kDenseTypes ? kDenseTypeNames[type] : find_mnemonic(kTypes, type);
}
std::string_view opcode_name(std::uint8_t opcode) {
    return find_mnemonic(kOpcodes, opcode);
}
std::string_view rcode_name(std::uint16_t rcode) {
    return find_mnemonic(kRcodes, rcode);
}
std::string_view algorithm_name(std::uint8_t algorithm) {
    return find_mnemonic(kAlgorithms, algorithm);
}

std::optional<std::uint16_t> type_from_name(std::string_view name) {
    return find_code(kTypes, "TYPE", 0xffff, name);
}
std::optional<std::uint16_t> rcode_from_name(std::string_view name) {
    return find_code(kRcodes, "RCODE", 0x0fff, name);
}

void append_type(std::string& out, std::uint16_t type) {
    append_mnemonic(out, type_name(type), "TYPE", type);
}

bool known_class(std::uint16_t klass) {
    switch (mdns_class(klass)) {
    case kClassIn: return true;
    case kClassCh:
    case kClassHs:
    case kClassNone:
    case kClassAny: return !mdns_bit(klass);
    default: return false;
    }
}

void append_class(std::string& out, std::uint16_t klass) {
    if (klass == kClassIn)
        out.append("IN");
    else
        append_mnemonic(out, find_mnemonic(kClasses, klass), "CLASS", klass);
}

void append_opcode(std::string& out, std::uint8_t opcode) {
    append_mnemonic(out, opcode_name(opcode), "OPCODE", opcode);
}

void append_rcode(std::string& out, std::uint16_t rcode) {
    append_mnemonic(out, rcode_name(rcode), "RCODE", rcode);
}

} // namespace dnsmon::dns
