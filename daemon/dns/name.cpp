// SPDX-License-Identifier: Apache-2.0
#include "dns/name.h"

#include "dns/reader.h"
#include "dns/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace dnsmon::dns {

namespace {

constexpr std::uint8_t kPointerBits = 0xc0;
constexpr std::uint8_t kBitString = 0x41; ///< RFC 2673: Historic, shown where it is met
constexpr std::string_view kUnreadableRest = "\\[?]"; ///< no name has it: before '[' no backslash is needed

/// Octets that stand for themselves in a name: printable, neither the separator nor the escape.
constexpr std::array<std::uint8_t, 256> make_plain() {
    std::array<std::uint8_t, 256> plain{};
    for (unsigned c = '!'; c <= '~'; ++c) plain[c] = (c != '.' && c != '\\');
    return plain;
}
constexpr auto kPlain = make_plain();

/// Octets of the bit-string label at `at`, its type and its count included; 0: it does not fit before `limit`.
std::uint32_t bit_string_octets(Bytes wire, std::uint32_t at, std::uint32_t limit) {
    if (at + 1 >= limit) return 0;
    const std::uint32_t bits = wire[at + 1] == 0 ? 256 : wire[at + 1];
    const std::uint32_t octets = 2 + (bits + 7) / 8;
    return octets <= limit - at ? octets : 0;
}

/// Follows the pointer at `at` and what it leads to, only to find out whether the whole name can be read.
/// `octets` is what the labels before the pointer took. `at` becomes the place of the damage.
DecodeError check_target(Bytes wire, std::uint32_t& at, std::uint32_t octets) {
    const auto size = static_cast<std::uint32_t>(wire.size());
    DecodeError forgiven = DecodeError::kNone; // damage that leaves the name readable; the first is told
    std::uint32_t forgiven_at = at;
    const auto forgive = [&](DecodeError error) {
        if (forgiven == DecodeError::kNone) forgiven_at = at;
        if (forgiven == DecodeError::kNone) forgiven = error;
    };
    for (std::uint32_t pointers = 0; pointers < kMaxPointers; ++pointers) {
        const std::uint32_t target = load_u16(&wire[at]) & 0x3fffU;
        if (target >= size) return DecodeError::kBadPointer;
        if (target >= at) forgive(DecodeError::kBadPointer);
        at = target;
        for (;;) {
            if (at >= size) return DecodeError::kTruncatedName;
            const std::uint32_t length = wire[at];
            if (length == 0) {
                at = forgiven_at;
                return forgiven;
            }
            std::uint32_t step = length + 1;
            if (length > kMaxLabelOctets) {
                if (length != kBitString) break;
                forgive(DecodeError::kBadLabelType);
                step = bit_string_octets(wire, at, size);
                if (step == 0) return DecodeError::kTruncatedName;
            }
            octets += step;
            if (octets + 1 > kMaxNameOctets) return DecodeError::kNameTooLong;
            if (step > size - at) return DecodeError::kTruncatedName;
            at += step;
        }
        if ((wire[at] & kPointerBits) != kPointerBits) return DecodeError::kBadLabelType;
        if (at + 1 >= size) return DecodeError::kTruncatedName;
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

/// RFC 2673 3.2: "\[x" and hexadecimal digits, "/" and the count of bits, "]".
char* put_bit_string(char* out, Bytes label) {
    constexpr char kDigits[] = "0123456789abcdef";
    const unsigned bits = label[1] == 0 ? 256 : label[1];
    for (const char c : {'\\', '[', 'x'}) *out++ = c;
    for (const std::uint8_t octet : label.subspan(2)) {
        *out++ = kDigits[octet >> 4];
        *out++ = kDigits[octet & 15];
    }
    *out++ = '/';
    out = std::to_chars(out, out + 3, bits).ptr;
    *out++ = ']';
    return out;
}

} // namespace

NameScan scan_name(Bytes wire, std::uint32_t offset, std::uint32_t limit) {
    NameScan scan;
    std::uint32_t at = offset;
    std::uint32_t octets = 0;
    const auto stop = [&](DecodeError error) { return NameScan{at, error, at, false}; };
    const auto damage = [&](DecodeError error) { // the name's own bytes lead on to an end: what stands behind is not lost
        if (scan.error != DecodeError::kNone) return;
        scan.error = error;
        scan.error_offset = at;
    };
    for (;;) {
        if (at >= limit) return stop(DecodeError::kTruncatedName);
        const std::uint32_t length = wire[at];
        if (length == 0) {
            scan.end = at + 1;
            return scan;
        }
        std::uint32_t step = length + 1;
        if (length > kMaxLabelOctets) {
            if (length != kBitString) break;
            step = bit_string_octets(wire, at, limit);
            if (step == 0) return stop(DecodeError::kTruncatedName);
            damage(DecodeError::kBadLabelType);
        } else if (length >= limit - at) {
            return stop(DecodeError::kTruncatedName);
        }
        octets += step;
        if (octets + 1 > kMaxNameOctets) damage(DecodeError::kNameTooLong);
        at += step;
    }
    if ((wire[at] & kPointerBits) != kPointerBits) return stop(DecodeError::kBadLabelType);
    if (at + 1 >= limit) return stop(DecodeError::kTruncatedName);
    scan.end = at + 2;
    if (scan.error != DecodeError::kNone) return scan;
    scan.error_offset = at;
    scan.error = check_target(wire, scan.error_offset, octets);
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
        if (length > kMaxLabelOctets && length != kBitString) {
            if (length < kPointerBits || at + 1 >= wire.size() || ++pointers > kMaxPointers) break;
            at = load_u16(&wire[at]) & 0x3fffU;
            continue;
        }
        const auto size = static_cast<std::uint32_t>(wire.size());
        const std::uint32_t step = length == kBitString ? bit_string_octets(wire, at, size) : length + 1;
        octets += step;
        if (octets + 1 > kMaxNameOctets || step == 0 || step > size - at) break;
        if (end != text) *end++ = '.';
        end = length == kBitString ? put_bit_string(end, wire.subspan(at, step)) : put_label(end, &wire[at + 1], length);
        at += step;
    }
    const bool whole = at < wire.size() && wire[at] == 0;
    if (end == text && whole) *end++ = '.'; // the root
    if (!whole) {
        if (end != text) *end++ = '.';
        end = std::copy(kUnreadableRest.begin(), kUnreadableRest.end(), end);
    }
    out.append(text, static_cast<std::size_t>(end - text));
}

std::span<const std::uint8_t> name_bytes(std::span<const std::uint8_t> wire, std::size_t offset) {
    std::size_t end = offset;
    while (end < wire.size() && wire[end] != 0 && wire[end] <= kMaxLabelOctets) end += wire[end] + 1U;
    return wire.subspan(offset, std::min(end + 1, wire.size()) - offset);
}

} // namespace dnsmon::dns
