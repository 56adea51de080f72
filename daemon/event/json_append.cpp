// SPDX-License-Identifier: Apache-2.0
#include "event/json_append.h"

#include <array>
#include <cstdint>

namespace dnsmon {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd"; // U+FFFD

/// Bytes that stand in a JSON string as they are: printable ASCII but '"' and '\'.
constexpr auto kPlain = [] {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < 0x7f; ++c) plain[c] = c != '"' && c != '\\';
    return plain;
}();

constexpr std::uint64_t repeated(std::uint8_t byte) {
    return 0x0101010101010101ULL * byte;
}

/// Is any of the eight bytes not plain? (The zero-byte test of "Bit Twiddling Hacks", exact as a yes or no.)
bool any_special(std::uint64_t word) {
    const std::uint64_t high = repeated(0x80);
    const std::uint64_t quote = word ^ repeated('"');
    const std::uint64_t backslash = word ^ repeated('\\');
    const std::uint64_t delete_ = word ^ repeated(0x7f);
    const std::uint64_t control = word - repeated(0x20); // borrows into the top bit of a byte below 0x20
    const std::uint64_t found =
        word | control | (quote - repeated(1)) | (backslash - repeated(1)) | (delete_ - repeated(1));
    return (found & high) != 0;
}

/// Copies the plain bytes in front of `text`, eight at a time, and returns how many. `to` has text.size() + 8 bytes.
std::size_t copy_plain(char* to, std::string_view text) {
    std::size_t done = 0;
    while (text.size() - done >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + done, 8);
        if (any_special(word)) break;
        std::memcpy(to + done, &word, 8);
        done += 8;
    }
    while (done < text.size() && kPlain[static_cast<std::uint8_t>(text[done])]) {
        to[done] = text[done];
        ++done;
    }
    return done;
}

void append_unicode_escape(TextBuffer& line, char32_t code) {
    constexpr std::string_view digits = "0123456789abcdef";
    line.literal("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) line.put(digits[(code >> shift) & 0xf]);
}

std::uint8_t byte_at(std::string_view text, std::size_t at) {
    return static_cast<std::uint8_t>(text[at]);
}

} // namespace

Utf8Character first_character(std::string_view text) {
    const std::uint8_t lead = byte_at(text, 0);
    if (lead < 0x80) return {lead, 1, true};
    std::size_t bytes = 0;
    char32_t code = 0;
    char32_t least = 0; // smallest code that needs this many bytes
    if ((lead & 0xe0) == 0xc0) {
        bytes = 2, code = lead & 0x1fU, least = 0x80;
    } else if ((lead & 0xf0) == 0xe0) {
        bytes = 3, code = lead & 0x0fU, least = 0x800;
    } else if ((lead & 0xf8) == 0xf0) {
        bytes = 4, code = lead & 0x07U, least = 0x10000;
    }
    if (bytes == 0 || text.size() < bytes) return {};
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte_at(text, i) & 0xc0) != 0x80) return {};
        code = (code << 6) | (byte_at(text, i) & 0x3fU);
    }
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < least || code > 0x10ffff || surrogate) return {};
    return {code, bytes, true};
}

bool is_control(char32_t code) {
    return code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x2028 || code == 0x2029;
}

void append_json_text(TextBuffer& line, std::string_view text) {
    while (true) {
        const std::size_t plain = copy_plain(line.room(text.size() + 8), text);
        line.commit(plain);
        text.remove_prefix(plain);
        if (text.empty()) return;
        const Utf8Character next = first_character(text);
        if (next.code == '"') {
            line.literal("\\\"");
        } else if (next.code == '\\') {
            line.literal("\\\\");
        } else if (!next.valid) {
            line.text(kReplacement);
        } else if (is_control(next.code)) {
            append_unicode_escape(line, next.code);
        } else {
            line.text(text.substr(0, next.bytes));
        }
        text.remove_prefix(next.bytes);
    }
}

void append_json_string(TextBuffer& line, std::string_view text) {
    char* to = line.room(text.size() + 10);
    *to = '"';
    const std::size_t plain = copy_plain(to + 1, text);
    line.commit(1 + plain);
    if (plain < text.size()) append_json_text(line, text.substr(plain));
    line.put('"');
}

} // namespace dnsmon
