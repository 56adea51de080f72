// SPDX-License-Identifier: Apache-2.0
// Packets for tests, byte by byte: link header, tags, IP header with options or extension headers, transport, payload.
// Lengths are filled in, checksums are not (nobody under test looks at them).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace dnsmon::test {

using Bytes = std::vector<std::uint8_t>;

inline void append16(Bytes& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

inline void append(Bytes& out, const Bytes& more) {
    out.insert(out.end(), more.begin(), more.end());
}

/// The first `count` bytes.
inline Bytes head(const Bytes& bytes, std::size_t count) {
    return {bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// Ethernet header, then `tags` as (TPID, TCI) pairs' TPIDs, then the ethertype.
inline Bytes ethernet(std::uint16_t ethertype, const Bytes& payload, std::initializer_list<std::uint16_t> tags = {}) {
    Bytes out(12, 0);
    for (const std::uint16_t tag : tags) {
        append16(out, tag);
        append16(out, 100); // VLAN 100
    }
    append16(out, ethertype);
    append(out, payload);
    return out;
}

struct Ipv4 {
    std::uint8_t protocol = 17;
    Bytes options = {}; ///< a multiple of 4
    std::uint16_t id = 1;
    std::uint16_t fragment = 0; ///< flags and offset as on the wire
    std::array<std::uint8_t, 4> source{192, 0, 2, 1};
    std::array<std::uint8_t, 4> destination{192, 0, 2, 2};
    int total = -1; ///< -1: the true one
};

inline Bytes ipv4(const Ipv4& h, const Bytes& payload) {
    const std::size_t header = 20 + h.options.size();
    Bytes out{static_cast<std::uint8_t>(0x40 | header / 4), 0};
    append16(out, h.total >= 0 ? static_cast<std::size_t>(h.total) : header + payload.size());
    append16(out, h.id);
    append16(out, h.fragment);
    append(out, {64, h.protocol, 0, 0});
    out.insert(out.end(), h.source.begin(), h.source.end());
    out.insert(out.end(), h.destination.begin(), h.destination.end());
    append(out, h.options);
    append(out, payload);
    return out;
}

/// 2001:db8::1 -> 2001:db8::2; `payload` begins with the extension headers that `next` names.
inline Bytes ipv6(std::uint8_t next, const Bytes& payload) {
    Bytes out{0x60, 0, 0, 0};
    append16(out, payload.size());
    append(out, {next, 64});
    for (const int host : {1, 2}) {
        append(out, {0x20, 0x01, 0x0d, 0xb8});
        append(out, Bytes(11, 0));
        out.push_back(static_cast<std::uint8_t>(host));
    }
    append(out, payload);
    return out;
}

/// Hop-by-hop, routing or destination options of (units + 1) * 8 bytes.
inline Bytes extension(std::uint8_t next, std::uint8_t units, const Bytes& payload) {
    Bytes out{next, units};
    append(out, Bytes(std::size_t{6} + units * 8U, 0));
    append(out, payload);
    return out;
}

inline Bytes ipv6_fragment(std::uint8_t next, std::uint16_t offset_flags, std::uint32_t id, const Bytes& payload) {
    Bytes out{next, 0};
    append16(out, offset_flags);
    append16(out, id >> 16);
    append16(out, id & 0xffff);
    append(out, payload);
    return out;
}

inline Bytes udp(std::uint16_t source, std::uint16_t destination, const Bytes& payload) {
    Bytes out;
    append16(out, source);
    append16(out, destination);
    append16(out, 8 + payload.size());
    append16(out, 0);
    append(out, payload);
    return out;
}

enum TcpFlag : std::uint8_t { kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16 };

inline Bytes tcp(std::uint16_t source, std::uint16_t destination, std::uint8_t flags, const Bytes& payload,
                 std::size_t option_bytes = 0) {
    Bytes out;
    append16(out, source);
    append16(out, destination);
    append(out, Bytes(8, 0)); // sequence, acknowledgement
    append(out, {static_cast<std::uint8_t>((20 + option_bytes) / 4 << 4), flags});
    append(out, Bytes(6 + option_bytes, 0));
    append(out, payload);
    return out;
}

/// A query for "example." A: 25 bytes.
inline Bytes dns_query(std::uint16_t id) {
    Bytes out;
    append16(out, id);
    append(out, {1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0, 1, 0, 1});
    return out;
}

} // namespace dnsmon::test
