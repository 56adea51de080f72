// SPDX-License-Identifier: Apache-2.0
#include "dns/dso.h"

#include "dns/registry.h"

namespace dnsmon::dns {

namespace {

/// IANA "DSO Type Codes": RFC 8490 7, RFC 8765 6.
constexpr Mnemonic kDsoTypes[] = {
    {0x0001, "KEEPALIVE"}, {0x0002, "RETRY-DELAY"}, {0x0003, "ENCRYPTION-PADDING"}, {0x0040, "SUBSCRIBE"},
    {0x0041, "PUSH"},      {0x0042, "UNSUBSCRIBE"}, {0x0043, "RECONFIRM"},
};

} // namespace

bool dso_tlvs_fit(Bytes wire) {
    Reader tlvs(wire, kHeaderBytes, wire.size());
    while (!tlvs.at_end()) {
        static_cast<void>(tlvs.u16());
        static_cast<void>(tlvs.take(tlvs.u16()));
    }
    return tlvs.ok();
}

void append_dso_type(std::string& out, std::uint16_t type) {
    append_mnemonic(out, find_mnemonic(kDsoTypes, type), "DSO", type);
}

} // namespace dnsmon::dns
