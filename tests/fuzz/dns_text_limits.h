// SPDX-License-Identifier: Apache-2.0
// What holds for every text the DNS decoder makes, whatever the wire holds: printable ASCII, and bounded by it.
#pragma once

#include "dns/edns.h"
#include "dns/message.h"
#include "dns/name.h"
#include "dns/text.h"
#include "expect.h"

#include <algorithm>
#include <string>

namespace dnsmon::dns {

inline void expect_printable(const std::string& text) {
    FUZZ_EXPECT(std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
}

inline void expect_name_limits(const Message& message, std::uint32_t offset) {
    std::string text;
    append_name(text, message.wire, offset);
    expect_printable(text);
    FUZZ_EXPECT(text.size() < kMaxNameText);
}

/// At most three names (MINFO, RP, SOA have two), and less than 80 characters an octet: a full block of a type bitmap
/// is 34 octets and 256 times "TYPE65281 ".
inline void expect_rdata_limits(const Message& message, const Record& record) {
    std::string text;
    append_rdata(text, message, record);
    expect_printable(text);
    FUZZ_EXPECT(!text.empty() && text.size() <= 256 + 2 * kMaxNameText + 80 * std::size_t{record.rdata_bytes});
}

inline void expect_option_limits(const Message& message) {
    for_each_option(message, [](std::uint16_t code, Bytes value) {
        std::string text;
        append_option_name(text, code);
        append_option_value(text, code, value);
        expect_printable(text);
        FUZZ_EXPECT(text.size() <= 256 + kMaxNameText + 8 * value.size());
    });
}

} // namespace dnsmon::dns
