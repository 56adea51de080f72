// SPDX-License-Identifier: Apache-2.0
#include "dns/dso.h"
#include "dns/mdns.h"
#include "dns/message.h"
#include "dns/name.h"
#include "dns/reader.h"
#include "dns/registry.h"

namespace dnsmon::dns {

bool looks_like_dns(Bytes wire, bool strict) {
    static_cast<void>(strict);
    return wire.size() >= kHeaderBytes && !opcode_name((wire[2] >> 3) & 0x0f).empty();
}

} // namespace dnsmon::dns
