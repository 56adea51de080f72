// SPDX-License-Identifier: Apache-2.0
// One record's data: two octets of type, one of class, the rest is rdata behind a question it can point to. Reaches
// every presentation form without having to build a message around it first.
#include "dns_text_limits.h"

#include <vector>

namespace {

using namespace dnsmon::dns;

constexpr std::uint8_t kBefore[] = {0, 1,   0x81, 0x80, 0, 1,   0,   1, 0, 0, 0, 0,
                                    3, 'w', 'w',  'w',  2, 'e', 'x', 0, 0, 1, 0, 1};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3 || size > 65000) return 0;
    std::vector<std::uint8_t> wire(kBefore, kBefore + sizeof kBefore);
    const auto bytes = static_cast<std::uint16_t>(size - 3);
    const auto high = static_cast<std::uint8_t>(bytes >> 8);
    const auto low = static_cast<std::uint8_t>(bytes);
    const std::uint8_t fixed[] = {0xc0, 12, data[0], data[1], 0, data[2], 0, 0, 0, 60, high, low};
    wire.insert(wire.end(), fixed, fixed + sizeof fixed);
    wire.insert(wire.end(), data + 3, data + size);

    Message message;
    decode(wire, message);
    FUZZ_EXPECT(message.error == DecodeError::kNone && message.records.size() == 1);
    expect_rdata_limits(message, message.records.front());
    // Looked at as an option's value instead.
    std::string text;
    append_option_value(text, static_cast<std::uint16_t>((data[0] << 8) | data[1]), Bytes(data + 3, size - 3));
    expect_printable(text);
    return 0;
}
