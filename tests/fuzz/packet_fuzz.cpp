// SPDX-License-Identifier: Apache-2.0
// Any bytes as a frame: a link type (two bytes), then the frame. Every view that comes out lies within the frame, and
// tunnels end.
#include "expect.h"
#include "input.h"
#include "packet/ip.h"
#include "packet/link.h"
#include "packet/transport.h"
#include "packet/tunnel.h"

using namespace dnsmon;

namespace {

using Bytes = std::span<const std::uint8_t>;

void expect_within(Bytes inner, Bytes outer) {
    if (inner.empty()) return;
    FUZZ_EXPECT(inner.data() >= outer.data());
    FUZZ_EXPECT(inner.data() + inner.size() <= outer.data() + outer.size());
}

void check_transport(const IpPacket& ip) {
    if (const auto udp = parse_udp(ip.payload)) expect_within(udp->payload, ip.payload);
    if (const auto tcp = parse_tcp(ip.payload, ip.missing_bytes)) expect_within(tcp->payload, ip.payload);
}

void check_ip(Bytes bytes, std::uint32_t wire_bytes) {
    for (int depth = 0; depth <= kMaxTunnelDepth; ++depth) {
        const IpPacket ip = parse_ip(bytes, wire_bytes);
        expect_within(ip.payload, bytes);
        if (ip.outcome == IpOutcome::kMalformed) return;
        FUZZ_EXPECT(ip.truncated || ip.missing_bytes == 0);
        FUZZ_EXPECT(ip.missing_bytes == 0 || bytes.size() + ip.missing_bytes <= wire_bytes);
        if (ip.outcome == IpOutcome::kFragment) {
            FUZZ_EXPECT(ip.fragment.offset_bytes + ip.payload.size() <= 65535);
            return;
        }
        check_transport(ip);
        const auto inner = parse_tunnel(ip);
        if (!inner) return;
        FUZZ_EXPECT(inner->bytes.size() < bytes.size());
        expect_within(inner->bytes, bytes);
        bytes = inner->bytes;
        wire_bytes = static_cast<std::uint32_t>(bytes.size()) + ip.missing_bytes;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const int linktype = input.u16();
    const Bytes frame = input.rest();
    const auto payload = parse_link(linktype, frame);
    if (!payload) return 0;
    FUZZ_EXPECT(link_supported(linktype));
    FUZZ_EXPECT(payload->ethertype == 0x0800 || payload->ethertype == 0x86dd);
    FUZZ_EXPECT(!payload->bytes.empty());
    expect_within(payload->bytes, frame);
    check_ip(payload->bytes, static_cast<std::uint32_t>(payload->bytes.size() + 100)); // cut by a snapshot length
    return 0;
}
