// SPDX-License-Identifier: Apache-2.0
// Who talks to whom: addresses, endpoints and the five-tuple of a packet.
// Plain values, compared and hashed by every stage; nothing here allocates.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace dnsmon {

enum class IpVersion : std::uint8_t { kV4 = 4, kV6 = 6 };
enum class Transport : std::uint8_t { kTcp = 6, kUdp = 17 }; // IANA protocol numbers

/// An IPv4 address is kept as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2), as the kernel side keys it.
struct Address {
    std::array<std::uint8_t, 16> bytes{};
    auto operator<=>(const Address&) const = default;

    [[nodiscard]] static Address v4(const std::uint8_t* four_bytes);
    [[nodiscard]] static Address v6(const std::uint8_t* sixteen_bytes);
    [[nodiscard]] bool is_v4() const;
    [[nodiscard]] bool is_loopback() const;  ///< 127.0.0.0/8 or ::1
    [[nodiscard]] bool is_multicast() const; ///< 224.0.0.0/4 or ff00::/8
};

struct Endpoint {
    Address address;
    std::uint16_t port = 0; ///< host byte order
    auto operator<=>(const Endpoint&) const = default;
};

struct Flow {
    Endpoint source;
    Endpoint destination;
    Transport transport = Transport::kUdp;
    IpVersion ip_version = IpVersion::kV4;
    std::uint32_t netns = 0; ///< of the loopback device in another network namespace than ours: addresses repeat there
    auto operator<=>(const Flow&) const = default;

    [[nodiscard]] Flow reversed() const { return {destination, source, transport, ip_version, netns}; }
    /// The same for both directions, so that a query and its answer meet in one worker.
    [[nodiscard]] std::size_t symmetric_hash() const;
    /// Of one end alone, whoever the other is.
    [[nodiscard]] std::size_t hash_of_end(const Endpoint& end) const;
};

struct FlowHash {
    std::size_t operator()(const Flow& flow) const;
};

} // namespace dnsmon
