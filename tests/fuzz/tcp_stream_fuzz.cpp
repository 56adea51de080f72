// SPDX-License-Identifier: Apache-2.0
// TCP segments as the input says. Messages that are cut, reordered and sent again within the limits come out exactly as
// they went in; whatever else happens, the limits hold and no byte is given that was not there.
#include "expect.h"
#include "input.h"
#include "packet/tcp_stream.h"

#include <algorithm>
#include <vector>

using namespace dnsmon;

namespace {

using Bytes = std::span<const std::uint8_t>;

bool plausible(Bytes wire) {
    return wire.size() >= 12 && wire[2] < 0x80;
}

const Flow kFlow{{{}, 40000}, {{}, 53}, Transport::kTcp, IpVersion::kV4};

/// Messages with empty sections (so that no length contradicts them) and their lengths, one behind the other.
std::vector<std::uint8_t> make_stream(Input& input, std::vector<std::vector<std::uint8_t>>& messages) {
    std::vector<std::uint8_t> stream;
    const std::size_t count = 1 + input.u8() % 16U;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t length = 12 + input.u16() % 3000U;
        std::vector<std::uint8_t> message(length, static_cast<std::uint8_t>(i));
        std::fill_n(message.begin() + 2, 10, std::uint8_t{0});
        stream.push_back(static_cast<std::uint8_t>(length >> 8));
        stream.push_back(static_cast<std::uint8_t>(length));
        stream.insert(stream.end(), message.begin(), message.end());
        messages.push_back(std::move(message));
    }
    return stream;
}

struct Range {
    std::size_t begin, end;
};

/// The stream in at most 200 pieces, some of which reach back over the one before, in the input's order.
std::vector<Range> make_segments(Input& input, std::size_t stream_bytes) {
    std::vector<Range> segments;
    const std::size_t step = std::max<std::size_t>(1 + input.u8(), stream_bytes / 200 + 1);
    for (std::size_t at = 0; at < stream_bytes;) {
        const unsigned choice = input.u8();
        const std::size_t end = std::min(stream_bytes, at + step + choice % 64);
        const std::size_t back = std::min<std::size_t>(at, choice >= 192 ? choice - 192 : 0);
        segments.push_back({at - back, end});
        at = end;
    }
    for (std::size_t i = segments.size(); i > 1; --i) {
        const std::size_t far = input.u8();
        std::swap(segments[i - 1], segments[i - 1 - std::min(far % 8, i - 1)]);
    }
    return segments;
}

void whole_stream(Input& input) {
    std::vector<std::vector<std::uint8_t>> sent;
    const std::uint32_t sequence = input.u32();
    const auto stream = make_stream(input, sent);
    const auto segments = make_segments(input, stream.size());

    TcpStreams streams(plausible);
    std::size_t got = 0;
    const OnMessage check = [&](const StreamMessage& message) {
        FUZZ_EXPECT(got < sent.size());
        FUZZ_EXPECT(!message.after_gap && !message.truncated);
        FUZZ_EXPECT(std::equal(message.wire.begin(), message.wire.end(), sent[got].begin(), sent[got].end()));
        ++got;
    };
    TcpSegment segment;
    segment.sequence = sequence - 1;
    segment.syn = true;
    streams.add(kFlow, segment, 0, check);
    segment.syn = false;
    for (const Range& range : segments) {
        segment.sequence = sequence + static_cast<std::uint32_t>(range.begin);
        segment.payload = Bytes(stream).subspan(range.begin, range.end - range.begin);
        streams.add(kFlow, segment, 0, check);
    }
    FUZZ_EXPECT(got == sent.size());
    FUZZ_EXPECT(streams.bytes_held() == 0);
    FUZZ_EXPECT(streams.losses().gaps == 0);
}

void any_segments(Input& input) {
    constexpr StreamLimits kLimits{
        .flows = 3, .bytes_per_flow = 512, .bytes = 1024, .pieces_per_flow = 4, .gap_ns = 50, .idle_ns = 500};
    TcpStreams streams(plausible, kLimits, (input.u8() & 1) != 0 ? Expectation::kAnything : Expectation::kDns);
    std::int64_t now_ns = 0;
    std::size_t bytes_in = 0;
    std::size_t bytes_out = 0;
    const auto count = [&](const StreamMessage& message) { bytes_out += message.wire.size(); };
    const auto count_late = [&](const Flow&, const StreamMessage& message) { count(message); };
    while (!input.empty()) {
        const unsigned flags = input.u8();
        Flow flow = kFlow;
        flow.source.port = static_cast<std::uint16_t>(flags & 7);
        TcpSegment segment;
        segment.syn = (flags & 0x18) == 0x18;
        segment.fin = (flags & 0x60) == 0x60;
        segment.rst = (flags & 0xe0) == 0xe0;
        segment.sequence = (flags & 0x80) != 0 ? input.u32() : 0xffffff80U + input.u8();
        segment.payload = input.bytes(input.u8());
        segment.missing_bytes = (flags & 0x30) == 0x30 ? input.u8() : 0;
        now_ns += input.u8() % 32;
        bytes_in += segment.payload.size();
        streams.add(flow, segment, now_ns, count);
        if ((flags & 0x1f) == 0x1f) streams.expire(now_ns, count_late);
        FUZZ_EXPECT(streams.flows() <= kLimits.flows);
        FUZZ_EXPECT(streams.bytes_held() <= kLimits.bytes);
    }
    streams.finish(count_late);
    FUZZ_EXPECT(bytes_out <= bytes_in);
    FUZZ_EXPECT(streams.flows() == 0);
    FUZZ_EXPECT(streams.bytes_held() == 0);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    if ((input.u8() & 1) != 0) {
        whole_stream(input);
    } else {
        any_segments(input);
    }
    return 0;
}
