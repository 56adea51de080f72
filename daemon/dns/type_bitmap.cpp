// SPDX-License-Identifier: Apache-2.0
#include "dns/rdata_format.h"
#include "dns/text.h"

namespace dnsmon::dns {

namespace {

void append_block(std::string& out, unsigned first_type, Bytes bitmap) {
    for (std::size_t i = 0; i < bitmap.size(); ++i)
        for (unsigned bit = 0; bit < 8; ++bit) {
            if ((bitmap[i] & (0x80U >> bit)) == 0) continue;
            if (!out.empty() && out.back() != ' ') out.push_back(' ');
            append_type(out, static_cast<std::uint16_t>(first_type + 8 * i + bit));
        }
}

} // namespace

void append_type_windows(std::string& out, Reader& in) {
    int previous = -1;
    while (!in.at_end()) {
        const unsigned window = in.u8();
        const Bytes bitmap = in.counted();
        // Ascending order also bounds the text: 256 windows at most, whatever the rdata's length.
        if (static_cast<int>(window) <= previous || bitmap.empty() || bitmap.size() > 32) return in.fail();
        previous = static_cast<int>(window);
        append_block(out, window * 256, bitmap);
    }
}

void append_type_bits(std::string& out, Reader& in) {
    const Bytes bitmap = in.rest();
    // RFC 2535 5.2: bit zero set means another format; that one was never written.
    if (bitmap.size() > 16 || (!bitmap.empty() && (bitmap[0] & 0x80) != 0)) return in.fail();
    append_block(out, 0, bitmap);
}

} // namespace dnsmon::dns
