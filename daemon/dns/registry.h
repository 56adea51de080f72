// SPDX-License-Identifier: Apache-2.0
// Numbers and names of the IANA "Domain Name System (DNS) Parameters" registries (October 2026). The append_ functions of
// text.h for types, classes, opcodes and rcodes stand in registry.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dnsmon::dns {

constexpr std::uint16_t kTypeA = 1;
constexpr std::uint16_t kTypeNimloc = 32;
constexpr std::uint16_t kTypeSrv = 33;
constexpr std::uint16_t kTypeAaaa = 28;
constexpr std::uint16_t kTypeOpt = 41;
constexpr std::uint16_t kTypeTkey = 249;
constexpr std::uint16_t kTypeTsig = 250;
constexpr std::uint16_t kTypeAny = 255;

constexpr std::uint16_t kClassIn = 1;
constexpr std::uint16_t kClassCh = 3;
constexpr std::uint16_t kClassHs = 4;
constexpr std::uint16_t kClassNone = 254;
constexpr std::uint16_t kClassAny = 255;
/// One that the registry names, IN also with mDNS's bit.
[[nodiscard]] bool known_class(std::uint16_t klass);

constexpr std::uint8_t kOpcodeQuery = 0;
constexpr std::uint8_t kOpcodeIquery = 1;
constexpr std::uint8_t kOpcodeStatus = 2;
constexpr std::uint8_t kOpcodeNotify = 4;
constexpr std::uint8_t kOpcodeUpdate = 5;
constexpr std::uint8_t kOpcodeDso = 6;

struct Mnemonic {
    std::uint16_t code;
    std::string_view name;
};

/// The name of `code` in a table sorted by code, or empty.
[[nodiscard]] std::string_view find_mnemonic(std::span<const Mnemonic> table, std::uint16_t code);

/// `name`, or where it is empty `prefix` and the number ("TYPE65280").
void append_mnemonic(std::string& out, std::string_view name, std::string_view prefix, std::uint16_t code);

/// Registry names; empty for what has none.
[[nodiscard]] std::string_view type_name(std::uint16_t type);
[[nodiscard]] std::string_view opcode_name(std::uint8_t opcode);
[[nodiscard]] std::string_view rcode_name(std::uint16_t rcode);
[[nodiscard]] std::string_view algorithm_name(std::uint8_t algorithm); ///< DNS Security Algorithm Numbers

/// The way back, in any case: "AAAA", or RFC 3597's "TYPE28".
[[nodiscard]] std::optional<std::uint16_t> type_from_name(std::string_view name);
/// "NXDOMAIN", or "RCODE3" up to the twelve bits of an extended RCODE (RFC 6891 6.1.3).
[[nodiscard]] std::optional<std::uint16_t> rcode_from_name(std::string_view name);

} // namespace dnsmon::dns
