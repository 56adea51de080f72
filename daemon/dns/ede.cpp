// SPDX-License-Identifier: Apache-2.0
#include "dns/edns.h"
#include "dns/registry.h"

namespace dnsmon::dns {

namespace {

/// IANA "Extended DNS Error Codes".
constexpr Mnemonic kPurposes[] = {
    {0, "Other"},
    {1, "Unsupported DNSKEY Algorithm"},
    {2, "Unsupported DS Digest Type"},
    {3, "Stale Answer"},
    {4, "Forged Answer"},
    {5, "DNSSEC Indeterminate"},
    {6, "DNSSEC Bogus"},
    {7, "Signature Expired"},
    {8, "Signature Not Yet Valid"},
    {9, "DNSKEY Missing"},
    {10, "RRSIGs Missing"},
    {11, "No Zone Key Bit Set"},
    {12, "NSEC Missing"},
    {13, "Cached Error"},
    {14, "Not Ready"},
    {15, "Blocked"},
    {16, "Censored"},
    {17, "Filtered"},
    {18, "Prohibited"},
    {19, "Stale NXDOMAIN Answer"},
    {20, "Not Authoritative"},
    {21, "Not Supported"},
    {22, "No Reachable Authority"},
    {23, "Network Error"},
    {24, "Invalid Data"},
    {25, "Signature Expired before Valid"},
    {26, "Too Early"},
    {27, "Unsupported NSEC3 Iterations Value"},
    {28, "Unable to conform to policy"},
    {29, "Synthesized"},
    {30, "Invalid Query Type"},
    {31, "Rate Limited"},
    {32, "Over Quota"},
    {33, "Negative Trust Anchor"},
    {34, "New Delegation Only"},
    {35, "Blocked by Upstream DNS Server"},
};

} // namespace

std::optional<ExtendedError> extended_error(Bytes value) {
    Reader in(value);
    const std::uint16_t code = in.u16();
    const Bytes text = in.rest();
    if (!in.ok()) return std::nullopt;
    return ExtendedError{code, find_mnemonic(kPurposes, code), text};
}

} // namespace dnsmon::dns
