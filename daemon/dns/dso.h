// SPDX-License-Identifier: Apache-2.0
// DNS Stateful Operations (RFC 8490): TLVs that follow a header with zero counts, where other messages have sections.
#pragma once

#include "dns/message.h"
#include "dns/reader.h"

#include <string>

namespace dnsmon::dns {

/// Do whole TLVs fill everything behind the header?
[[nodiscard]] bool dso_tlvs_fit(Bytes wire);

/// Calls callback(std::uint16_t type, Bytes value) for each whole TLV of a DSO message's wire bytes.
template <typename Callback>
void for_each_dso_tlv(Bytes wire, Callback&& callback) {
    Reader tlvs(wire, kHeaderBytes, wire.size());
    while (!tlvs.at_end()) {
        const std::uint16_t type = tlvs.u16();
        const Bytes value = tlvs.take(tlvs.u16());
        if (!tlvs.ok()) return;
        callback(type, value);
    }
}

/// "KEEPALIVE", "DSO42": IANA's DSO Type Codes.
void append_dso_type(std::string& out, std::uint16_t type);

} // namespace dnsmon::dns
