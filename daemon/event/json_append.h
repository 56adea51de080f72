// SPDX-License-Identifier: Apache-2.0
// JSON strings of text that nobody vouches for: process names, command lines, interface names, DNS text. The result
// is always valid UTF-8 without control characters. Pure functions on an encoder's TextBuffer.
#pragma once

#include "util/text_buffer.h"

#include <cstddef>
#include <string_view>

namespace dnsmon {

/// One character of a byte string as UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
struct Utf8Character {
    char32_t code = 0xfffd; ///< U+FFFD: the bytes are not valid
    std::size_t bytes = 1;  ///< taken from the input: of an invalid sequence the first byte only
    bool valid = false;
};
/// `text` is not empty.
[[nodiscard]] Utf8Character first_character(std::string_view text);

/// C0, DEL, C1 and the line separators U+2028 and U+2029: what a terminal or a line reader acts upon.
[[nodiscard]] bool is_control(char32_t code);

/// `text` between quotes: '"' and '\' escaped, is_control() as \u00XX, invalid UTF-8 as U+FFFD.
void append_json_string(TextBuffer& line, std::string_view text);

/// The same without the quotes.
void append_json_text(TextBuffer& line, std::string_view text);

/// `key` and the string; nothing when there is no text. `key` brings its comma, quotes and colon.
template <std::size_t N>
void append_known(TextBuffer& line, const char (&key)[N], std::string_view text) {
    if (text.empty()) return;
    line.literal(key);
    append_json_string(line, text);
}

} // namespace dnsmon
