// SPDX-License-Identifier: Apache-2.0
#include "config/quote.h"

namespace dnsmon {
namespace {

void append_printable(std::string& out, char c) {
    constexpr std::string_view kHex = "0123456789abcdef";
    if (c >= ' ' && c <= '~') {
        out += c;
        return;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append("\\x").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
}

} // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (const char c : text) append_printable(out, c);
    return out;
}

std::string quoted(std::string_view text) {
    constexpr std::size_t kShown = 64;
    std::string out = "\"";
    for (const char c : text.substr(0, kShown)) {
        if (c == '"' || c == '\\') out += '\\';
        append_printable(out, c);
    }
    out += text.size() > kShown ? "...\"" : "\"";
    return out;
}

} // namespace dnsmon
