// SPDX-License-Identifier: Apache-2.0
// Fragments as the input says: every one of them ends up in exactly one account, the limits hold, and a datagram cut
// into pieces that do not overlap comes out as it was, whatever their order and however often they are sent.
#include "expect.h"
#include "input.h"
#include "packet/fragments.h"

#include <algorithm>
#include <vector>

using namespace dnsmon;

namespace {

using Bytes = std::span<const std::uint8_t>;

IpPacket fragment(IpVersion version, std::uint32_t id, std::uint32_t offset, bool more, Bytes payload) {
    IpPacket ip;
    ip.outcome = IpOutcome::kFragment;
    ip.version = version;
    ip.protocol = 17;
    ip.fragment = {id, offset, more};
    ip.payload = payload;
    return ip;
}

// Anything goes: overlaps, lies about the end, empty pieces, jumps in time.
void any_fragments(Input& input) {
    constexpr FragmentLimits kLimits{.datagrams = 8, .bytes = 4096, .timeout_ns = 1000};
    FragmentTable table(kLimits);
    std::uint64_t given = 0;
    std::uint64_t joined = 0;
    Packet packet;
    while (!input.empty()) {
        const unsigned flags = input.u8();
        const std::uint32_t offset = input.u16() & 0xfff8U;
        const Bytes payload = input.bytes(std::min<std::size_t>(input.u8(), 65535 - offset));
        packet.time_ns += input.u8();
        auto ip =
            fragment((flags & 1) != 0 ? IpVersion::kV6 : IpVersion::kV4, flags >> 4, offset, (flags & 2) != 0, payload);
        ip.truncated = (flags & 12) == 12;
        if (const auto whole = table.add(packet, ip)) {
            joined += whole->fragments;
            FUZZ_EXPECT(whole->ip.outcome != IpOutcome::kFragment || whole->ip.version == IpVersion::kV6);
            FUZZ_EXPECT(whole->ip.payload.size() <= 65535);
        }
        const FragmentsLost& lost = table.lost();
        FUZZ_EXPECT(++given == joined + lost.expired + lost.evicted + lost.refused + table.pending_fragments());
        FUZZ_EXPECT(table.pending_fragments() <= 4096);
    }
}

// A datagram cut into pieces of eight bytes and more, sent in the order the input asks for.
void one_datagram(Input& input) {
    const IpVersion version = (input.u8() & 1) != 0 ? IpVersion::kV6 : IpVersion::kV4;
    std::vector<std::uint8_t> whole(16 + input.u16() % 8192);
    for (std::size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<std::uint8_t>(i * 31 + i / 256);
    std::vector<std::size_t> cuts{0};
    while (cuts.back() < whole.size()) cuts.push_back(std::min(whole.size(), cuts.back() + 8 * (1 + input.u8() % 64U)));
    const std::size_t pieces = cuts.size() - 1;
    std::vector<std::size_t> order(pieces);
    for (std::size_t i = 0; i < pieces; ++i) order[i] = i;
    for (std::size_t i = pieces; i > 1; --i) std::swap(order[i - 1], order[input.u16() % i]);
    if (pieces > 1) order.insert(order.begin(), order[input.u8() % (pieces - 1)]); // one of them twice

    FragmentTable table;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::size_t begin = cuts[order[i]];
        const std::size_t end = cuts[order[i] + 1];
        const auto ip = fragment(version, 1, static_cast<std::uint32_t>(begin), end < whole.size(),
                                 Bytes(whole).subspan(begin, end - begin));
        const auto out = table.add({}, ip);
        FUZZ_EXPECT(out.has_value() == (i + 1 == order.size()));
        if (out) FUZZ_EXPECT(std::equal(whole.begin(), whole.end(), out->ip.payload.begin(), out->ip.payload.end()));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    if ((input.u8() & 1) != 0) {
        one_datagram(input);
    } else {
        any_fragments(input);
    }
    return 0;
}
