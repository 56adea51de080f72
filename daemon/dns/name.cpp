// SPDX-License-Identifier: Apache-2.0
#include "dns/name.h"

#include "dns/reader.h"
#include "dns/text.h"

#include <array>

namespace dnsmon::dns {

namespace {

constexpr std::uint8_t kPointerBits = 0xc0;

/// Octets that stand for themselves in a name: printable, neither the separator nor the escape.
constexpr std::array<std::uint8_t, 256> make_plain() {
    std::array<std::uint8_t, 256> plain{};
    for (unsigned c = '!'; c <= '~'; ++c) plain[c] = (c != '.' && c != '\\');
    return plain;
}
constexpr auto kPlain = make_plain();

/// Follows the pointer at `at` and what it leads to, only to find out whether the whole name can be read.
/// `octets` is what the labels before the pointer took.
DecodeError check_target(Bytes wire, std::uint32_t& at, std::uint32_t octets) {
    for (std::uint32_t pointers = 0; pointers < kMaxPointers; ++pointers) {
        const std::uint32_t target = load_u16(&wire[at]) & 0x3fffU;
        if (target >= at) return DecodeError::kBadPointer;
        // Bytes before the pointer are inside the message; only a label's length can lead past its end.
        for (at = target; wire[at] != 0;) {
            const std::uint32_t length = wire[at];
            if ((length & kPointerBits) == kPointerBits) break;
            if (length > kMaxLabelOctets) return DecodeError::kBadLabelType;
            octets += length + 1;
            if (octets + 1 > kMaxNameOctets) return DecodeError::kNameTooLong;
            if (at + 1 + length >= wire.size()) return DecodeError::kTruncatedName;
            at += 1 + length;
        }
        if (wire[at] == 0) return DecodeError::kNone;
        if (at + 1 >= wire.size()) return DecodeError::kTruncatedName;
    }
    return DecodeError::kBadPointer;
}

char* put_escaped(char* out, std::uint8_t c) {
    *out++ = '\\';
    if (c == '.' || c == '\\') {
        *out++ = static_cast<char>(c);
        return out;
    }
    *out++ = static_cast<char>('0' + c / 100);
    *out++ = static_cast<char>('0' + c / 10 % 10);
    *out++ = static_cast<char>('0' + c % 10);
    return out;
}

char* put_label(char* out, const std::uint8_t* label, std::uint32_t length) {
    char* const start = out;
    unsigned plain = 1;
    for (std::uint32_t i = 0; i < length; ++i) {
        plain &= kPlain[label[i]];
        *out++ = static_cast<char>(label[i]);
    }
    if (plain != 0) return out;
    out = start;
    for (std::uint32_t i = 0; i < length; ++i) {
        if (kPlain[label[i]] != 0)
            *out++ = static_cast<char>(label[i]);
        else
            out = put_escaped(out, label[i]);
    }
    return out;
}

} // namespace

NameScan scan_name(Bytes wire, std::uint32_t offset, std::uint32_t limit) {
    NameScan scan;
    std::uint32_t at = offset;
    std::uint32_t octets = 0;
    const auto stop = [&](DecodeError error) { return NameScan{at, error, at, false}; };
    for (;;) {
        if (at >= limit) return stop(DecodeError::kTruncatedName);
        const std::uint32_t length = wire[at];
        if (length == 0) {
            scan.end = at + 1;
            return scan;
        }
        if (length > kMaxLabelOctets) break;
        if (length >= limit - at) return stop(DecodeError::kTruncatedName);
        octets += length + 1;
        if (octets + 1 > kMaxNameOctets && scan.error == DecodeError::kNone) {
            // Too long, yet its own bytes lead on to an end: what stands behind it is not lost.
            scan.error = DecodeError::kNameTooLong;
            scan.error_offset = at;
        }
        at += length + 1;
    }
    if ((wire[at] & kPointerBits) != kPointerBits) return stop(DecodeError::kBadLabelType);
    if (at + 1 >= limit) return stop(DecodeError::kTruncatedName);
    scan.end = at + 2;
    if (scan.error != DecodeError::kNone) return scan;
    scan.error_offset = at;
    scan.error = check_target(wire, at, octets);
    return scan;
}

void append_name(std::string& out, Bytes wire, std::uint32_t offset) {
    char text[kMaxNameText];
    char* end = text;
    std::uint32_t at = offset;
    std::uint32_t octets = 0;
    std::uint32_t pointers = 0;
    while (at < wire.size() && wire[at] != 0) {
        const std::uint32_t length = wire[at];
        if (length > kMaxLabelOctets) {
            if (length < kPointerBits || at + 1 >= wire.size() || ++pointers > kMaxPointers) break;
            const std::uint32_t target = load_u16(&wire[at]) & 0x3fffU;
            if (target >= at) break;
            at = target;
            continue;
        }
        octets += length + 1;
        if (octets + 1 > kMaxNameOctets || at + 1 + length > wire.size()) break;
        if (end != text) *end++ = '.';
        end = put_label(end, &wire[at + 1], length);
        at += length + 1;
    }
    if (end == text && at < wire.size() && wire[at] == 0) *end++ = '.'; // the root, not a name that cannot be read
    out.append(text, static_cast<std::size_t>(end - text));
}

} // namespace dnsmon::dns
