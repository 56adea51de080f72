// SPDX-License-Identifier: Apache-2.0
#include "event/ip_text.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace dnsmon {

namespace {

constexpr std::size_t kMaxTextBytes = 45; // INET6_ADDRSTRLEN without its terminator

struct OctetText {
    std::array<char, 4> text{}; ///< with the dot that follows
    std::uint8_t bytes = 0;
};

constexpr auto kOctets = [] {
    std::array<OctetText, 256> all{};
    for (unsigned value = 0; value < all.size(); ++value) {
        OctetText& octet = all[value];
        if (value >= 100) octet.text[octet.bytes++] = static_cast<char>('0' + value / 100);
        if (value >= 10) octet.text[octet.bytes++] = static_cast<char>('0' + value / 10 % 10);
        octet.text[octet.bytes++] = static_cast<char>('0' + value % 10);
        octet.text[octet.bytes++] = '.';
    }
    return all;
}();

char* put_v4(char* to, const std::uint8_t* octets) {
    for (int i = 0; i < 4; ++i) {
        const OctetText& octet = kOctets[octets[i]];
        std::memcpy(to, octet.text.data(), octet.text.size());
        to += octet.bytes;
    }
    return to - 1; // the last dot
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
