// SPDX-License-Identifier: Apache-2.0
// EDNS (RFC 6891): what the OPT record's fields mean and what its options say. Text is printable ASCII; unknown and
// damaged options are hex. Looks into a decoded Message, keeps nothing; any thread.
#pragma once

#include "dns/message.h"
#include "dns/reader.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dnsmon::dns {

/// IANA "DNS EDNS0 Option Codes (OPT)": those the code asks for by name.
constexpr std::uint16_t kOptionClientSubnet = 8;
constexpr std::uint16_t kOptionExtendedError = 15;

struct Edns {
    std::uint8_t version = 0;
    std::uint8_t extended_rcode = 0; ///< the upper eight bits; joined in Message::full_rcode
    std::uint16_t udp_size = 0;
    std::uint16_t flags = 0; ///< all sixteen
    bool dnssec_ok = false;  ///< DO (RFC 3225)
    bool compact_ok = false; ///< CO (RFC 9824)
};

/// Nothing when the message has no OPT record.
[[nodiscard]] std::optional<Edns> edns_of(const Message& message);

/// How many bytes of an OPT record's rdata are whole options (RFC 6891 6.1.2), from its first on: all, unless one runs
/// past the end.
[[nodiscard]] std::size_t whole_options_bytes(Bytes rdata);

/// Calls callback(std::uint16_t code, Bytes value) for each whole option, in the order of the wire. Returns false when
/// the last one is cut short.
template <typename Callback>
bool for_each_option(Bytes rdata, Callback&& callback) {
    Reader options(rdata);
    while (!options.at_end()) {
        const std::uint16_t code = options.u16();
        const Bytes value = options.take(options.u16());
        if (!options.ok()) return false;
        callback(code, value);
    }
    return true;
}

/// Those of the message's OPT record, if it has one.
template <typename Callback>
bool for_each_option(const Message& message, Callback&& callback) {
    if (message.opt < 0) return true;
    const Record& opt = message.records[static_cast<std::size_t>(message.opt)];
    return for_each_option(message.wire.subspan(opt.rdata_offset, opt.rdata_bytes), std::forward<Callback>(callback));
}

void append_option_name(std::string& out, std::uint16_t code); ///< "ECS", "COOKIE", "OPT65001"
/// The option's value as people write it ("192.0.2.0/24/0", "18 (Prohibited): \"text\""); may append nothing for an
/// option that has no value (an EXPIRE or TCP-KEEPALIVE query).
void append_option_value(std::string& out, std::uint16_t code, Bytes value);

/// Extended DNS Error (RFC 8914), in parts.
struct ExtendedError {
    std::uint16_t code = 0;
    std::string_view name; ///< IANA's "Purpose" ("Stale Answer"); empty when it has none
    Bytes text;            ///< EXTRA-TEXT: UTF-8 by the RFC, anything by an attacker
};
/// Nothing when `value` is too short to be one.
[[nodiscard]] std::optional<ExtendedError> extended_error(Bytes value);

} // namespace dnsmon::dns
