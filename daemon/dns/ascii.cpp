// SPDX-License-Identifier: Apache-2.0
#include "dns/ascii.h"

#include <charconv>

namespace dnsmon::dns {

namespace {

/// Bits of `bytes` in groups of `bits`, most significant first; the last group is filled with zeros.
void append_groups(std::string& out, std::span<const std::uint8_t> bytes, unsigned bits, const char* alphabet) {
    std::uint32_t pending = 0;
    unsigned have = 0;
    const std::uint32_t mask = (1U << bits) - 1;
    for (const std::uint8_t byte : bytes) {
        pending = (pending << 8) | byte;
        have += 8;
        while (have >= bits) {
            have -= bits;
            out.push_back(alphabet[(pending >> have) & mask]);
        }
    }
    if (have > 0) out.push_back(alphabet[(pending << (bits - have)) & mask]);
}

struct ZeroRun {
    unsigned start = 8;
    unsigned length = 0;
};

/// RFC 5952 4.2: the longest run of two or more zero groups, the first one of equals.
ZeroRun longest_zero_run(const std::uint16_t (&groups)[8]) {
    ZeroRun best;
    for (unsigned i = 0; i < 8;) {
        unsigned end = i;
        while (end < 8 && groups[end] == 0) ++end;
        if (end - i > best.length && end - i >= 2) best = ZeroRun{i, end - i};
        i = end + 1;
    }
    return best;
}

} // namespace

void append_decimal(std::string& out, std::uint64_t value) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, static_cast<std::size_t>(end - digits));
}

void append_padded(std::string& out, std::uint64_t value, unsigned width) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    const auto length = static_cast<std::size_t>(end - digits);
    if (length < width) out.append(width - length, '0');
    out.append(digits, length);
}

void append_hex(std::string& out, std::span<const std::uint8_t> bytes) {
    append_groups(out, bytes, 4, "0123456789abcdef");
}

void append_base64(std::string& out, std::span<const std::uint8_t> bytes) {
    append_groups(out, bytes, 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    out.append((3 - bytes.size() % 3) % 3, '=');
}

void append_base32hex(std::string& out, std::span<const std::uint8_t> bytes) {
    append_groups(out, bytes, 5, "0123456789abcdefghijklmnopqrstuv");
}

void append_ipv4(std::string& out, const std::uint8_t* four_bytes) {
    char text[16];
    char* at = text;
    for (unsigned i = 0; i < 4; ++i) {
        if (i > 0) *at++ = '.';
        at = std::to_chars(at, text + sizeof text, four_bytes[i]).ptr;
    }
    out.append(text, static_cast<std::size_t>(at - text));
}

void append_ipv6(std::string& out, const std::uint8_t* sixteen_bytes) {
    std::uint16_t groups[8];
    for (std::size_t i = 0; i < 8; ++i)
        groups[i] = static_cast<std::uint16_t>((sixteen_bytes[2 * i] << 8) | sixteen_bytes[2 * i + 1]);
    const ZeroRun zeros = longest_zero_run(groups);
    const bool dotted = zeros.start == 0 && (zeros.length == 6 || (zeros.length == 5 && groups[5] == 0xffff));
    char text[48];
    char* at = text;
    for (unsigned i = 0; i < 8;) {
        if (i == zeros.start) {
            *at++ = ':';
            i += zeros.length;
            if (i == 8) *at++ = ':';
            continue;
        }
        if (i > 0) *at++ = ':';
        if (dotted && i == 6) break;
        at = std::to_chars(at, text + sizeof text, groups[i++], 16).ptr;
    }
    out.append(text, static_cast<std::size_t>(at - text));
    if (dotted) append_ipv4(out, sixteen_bytes + 12);
}

void append_escaped(std::string& out, std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t c : bytes) {
        if (c < ' ' || c > '~') {
            out.push_back('\\');
            append_padded(out, c, 3);
            continue;
        }
        if (c == '"' || c == '\\') out.push_back('\\');
        out.push_back(static_cast<char>(c));
    }
}

void append_quoted(std::string& out, std::span<const std::uint8_t> bytes) {
    out.push_back('"');
    append_escaped(out, bytes);
    out.push_back('"');
}

} // namespace dnsmon::dns
