// SPDX-License-Identifier: Apache-2.0
// Packets for tests, as bytes: udp()/tcp() make an IP payload, ipv4()/ipv6() put the header before it, ethernet() the
// link layer. Lengths are right unless a field overrides them; checksums are right where the kernel looks at them.
#pragma once

#include <arpa/inet.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dnsmon::test {

using Bytes = std::vector<std::uint8_t>;

inline void put8(Bytes& out, std::size_t value) { out.push_back(static_cast<std::uint8_t>(value)); }
inline void put16(Bytes& out, std::size_t value) { put8(out, value >> 8), put8(out, value); }
inline void put32(Bytes& out, std::size_t value) { put16(out, value >> 16), put16(out, value); }
inline void append(Bytes& out, const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); }

template <typename... Parts>
Bytes join(const Parts&... parts) {
    Bytes out;
    (append(out, parts), ...);
    return out;
}
inline Bytes text(std::string_view chars) { return {chars.begin(), chars.end()}; }

/// Address bytes from text: four or sixteen.
inline Bytes address(const std::string& name) {
    const bool v6 = name.find(':') != std::string::npos;
    Bytes out(v6 ? 16 : 4);
    ::inet_pton(v6 ? AF_INET6 : AF_INET, name.c_str(), out.data());
    return out;
}

/// RFC 1071.
inline std::uint16_t internet_checksum(const Bytes& bytes) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) sum += static_cast<std::uint32_t>(bytes[i]) << (i % 2 == 0 ? 8 : 0);
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

inline Bytes udp(std::uint16_t source, std::uint16_t destination, const Bytes& payload,
                 std::optional<std::uint16_t> length = {}) {
    Bytes out;
    put16(out, source), put16(out, destination);
    put16(out, length.value_or(static_cast<std::uint16_t>(8 + payload.size())));
    put16(out, 0); // RFC 768: no checksum
    append(out, payload);
    return out;
}

struct TcpFields {
    std::uint32_t sequence = 0, acknowledgment = 0;
    bool syn = false, ack = true, fin = false, rst = false, psh = false;
    Bytes options{}; ///< a multiple of four bytes
};
inline Bytes tcp(std::uint16_t source, std::uint16_t destination, const Bytes& payload, const TcpFields& fields = {}) {
    Bytes out;
    put16(out, source), put16(out, destination);
    put32(out, fields.sequence), put32(out, fields.acknowledgment);
    put8(out, (5 + fields.options.size() / 4) << 4);
    put8(out, (fields.fin ? 1U : 0U) | (fields.syn ? 2U : 0U) | (fields.rst ? 4U : 0U) | (fields.psh ? 8U : 0U) |
                  (fields.ack ? 16U : 0U));
    put16(out, 65535), put32(out, 0); // window, checksum, urgent pointer
    append(out, fields.options);
    append(out, payload);
    return out;
}

struct Ipv4Fields {
    std::uint16_t identification = 0;
    std::size_t fragment_offset = 0; ///< bytes, a multiple of eight
    bool more_fragments = false;
    Bytes options{}; ///< a multiple of four bytes
    std::optional<std::uint16_t> total_length{};
};
inline Bytes ipv4(const std::string& source, const std::string& destination, std::uint8_t protocol,
                  const Bytes& payload, const Ipv4Fields& fields = {}) {
    const std::size_t header_bytes = 20 + fields.options.size();
    Bytes out;
    put8(out, 0x40 | (header_bytes / 4)), put8(out, 0);
    put16(out, fields.total_length.value_or(static_cast<std::uint16_t>(header_bytes + payload.size())));
    put16(out, fields.identification);
    put16(out, (fields.more_fragments ? 0x2000U : 0U) | fields.fragment_offset / 8);
    put8(out, 64), put8(out, protocol), put16(out, 0);
    append(out, address(source)), append(out, address(destination)), append(out, fields.options);
    const std::uint16_t checksum = internet_checksum(out);
    out[10] = static_cast<std::uint8_t>(checksum >> 8), out[11] = static_cast<std::uint8_t>(checksum);
    append(out, payload);
    return out;
}

/// `payload` begins with the extension headers, if any; `next_header` is the first one's number.
inline Bytes ipv6(const std::string& source, const std::string& destination, std::uint8_t next_header,
                  const Bytes& payload, std::optional<std::uint16_t> payload_length = {}) {
    Bytes out;
    put32(out, 0x60000000);
    put16(out, payload_length.value_or(static_cast<std::uint16_t>(payload.size())));
    put8(out, next_header), put8(out, 64);
    append(out, address(source)), append(out, address(destination)), append(out, payload);
    return out;
}

/// RFC 8200 4.5: stands before the fragment's bytes; IPv6 next header 44.
inline Bytes fragment_header(std::uint8_t next_header, std::size_t offset_bytes, bool more,
                             std::uint32_t identification) {
    Bytes out{next_header, 0};
    put16(out, (offset_bytes & 0xfff8) | (more ? 1U : 0U));
    put32(out, identification);
    return out;
}

inline Bytes ethernet(std::uint16_t ethertype, const Bytes& payload) {
    Bytes out{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    put16(out, ethertype);
    append(out, payload);
    return out;
}

/// A query with one question (RFC 1035 4.1): twelve bytes of header, the name, type and class IN.
inline Bytes dns_query(std::uint16_t id, const std::string& name, std::uint16_t type = 1) {
    Bytes out;
    put16(out, id), put16(out, 0x0100), put16(out, 1), put16(out, 0), put32(out, 0);
    for (std::size_t begin = 0; begin < name.size();) {
        std::size_t end = name.find('.', begin);
        if (end == std::string::npos) end = name.size();
        put8(out, end - begin);
        append(out, text(std::string_view(name).substr(begin, end - begin)));
        begin = end + 1;
    }
    put8(out, 0), put16(out, type), put16(out, 1);
    return out;
}

} // namespace dnsmon::test
