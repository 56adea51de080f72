// SPDX-License-Identifier: Apache-2.0
// RR types and response codes by the names IANA registered ("DNS Parameters"), as filter.types and
// filter.response_codes take them. Case does not matter. Numbers to names is dns/text.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dnsmon {

/// "AAAA", "HTTPS", "ANY", or RFC 3597's "TYPE65".
[[nodiscard]] std::optional<std::uint16_t> type_from_name(std::string_view name);
/// "NXDOMAIN", or "RCODE3" up to the twelve bits of an extended RCODE (RFC 6891 6.1.3).
[[nodiscard]] std::optional<std::uint16_t> rcode_from_name(std::string_view name);

} // namespace dnsmon
