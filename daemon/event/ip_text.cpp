// SPDX-License-Identifier: Apache-2.0
#include "event/ip_text.h"

#include <array>

namespace dnsmon {

namespace {

constexpr std::size_t kMaxTextBytes = 45; // INET6_ADDRSTRLEN without its terminator

char* put_octet(char* to, unsigned value) {
    if (value >= 100) *to++ = static_cast<char>('0' + value / 100);
    if (value >= 10) *to++ = static_cast<char>('0' + value / 10 % 10);
    *to++ = static_cast<char>('0' + value % 10);
    return to;
}

char* put_v4(char* to, const std::uint8_t* octets) {
    for (int i = 0; i < 4; ++i) {
        if (i > 0) *to++ = '.';
        to = put_octet(to, octets[i]);
    }
    return to;
}

/// Without leading zeros, lower case (RFC 5952 4.1, 4.3).
char* put_hex(char* to, unsigned value) {
    constexpr const char* digits = "0123456789abcdef";
    if (value >= 0x1000) *to++ = digits[value >> 12];
    if (value >= 0x100) *to++ = digits[value >> 8 & 0xf];
    if (value >= 0x10) *to++ = digits[value >> 4 & 0xf];
    *to++ = digits[value & 0xf];
    return to;
}

using Words = std::array<unsigned, 8>;

struct Run {
    std::size_t first = 0;
    std::size_t words = 0;
};

/// What "::" stands for: the first of the longest runs of zero words, if that has two or more (RFC 5952 4.2).
Run longest_zero_run(const Words& words) {
    Run best;
    Run run;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] != 0) {
            run = {i + 1, 0};
        } else if (++run.words > best.words) {
            best = run;
        }
    }
    return best.words >= 2 ? best : Run{words.size(), 0};
}

char* put_v6(char* to, const std::array<std::uint8_t, 16>& bytes) {
    Words words{};
    for (std::size_t i = 0; i < words.size(); ++i)
        words[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    const Run zeros = longest_zero_run(words);
    for (std::size_t i = 0; i < words.size();) {
        if (i == zeros.first) {
            *to++ = ':';
            *to++ = ':';
            i += zeros.words;
            continue;
        }
        if (i > 0 && i != zeros.first + zeros.words) *to++ = ':';
        to = put_hex(to, words[i++]);
    }
    return to;
}

} // namespace

void append_address(TextBuffer& line, const Address& address) {
    char* const start = line.room(kMaxTextBytes);
    char* const end = address.is_v4() ? put_v4(start, address.bytes.data() + 12) : put_v6(start, address.bytes);
    line.commit(static_cast<std::size_t>(end - start));
}

} // namespace dnsmon
