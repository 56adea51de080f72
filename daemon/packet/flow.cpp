// SPDX-License-Identifier: Apache-2.0
#include "packet/flow.h"

#include <algorithm>
#include <cstring>

namespace dnsmon {
namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// Arbitrary odd constants; what matters is that the multiplication spreads every input bit over the result.
constexpr std::uint64_t kMixA = 0x9e3779b97f4a7c15;
constexpr std::uint64_t kMixB = 0xd6e8feb86659fd93;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
    a = (a ^ kMixA) * kMixB;
    a ^= a >> 32;
    a = (a ^ b) * kMixA;
    return a ^ (a >> 29);
}

std::uint64_t hash(const Endpoint& endpoint) {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    std::memcpy(&high, endpoint.address.bytes.data(), 8);
    std::memcpy(&low, endpoint.address.bytes.data() + 8, 8);
    return mix(mix(high, low), endpoint.port);
}

std::uint64_t network_of(const Flow& flow) {
    return static_cast<std::uint64_t>(flow.netns) << 8 | static_cast<std::uint64_t>(flow.transport);
}

} // namespace

Address Address::v4(const std::uint8_t* four_bytes) {
    Address out;
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), out.bytes.begin());
    std::copy_n(four_bytes, 4, out.bytes.begin() + 12);
    return out;
}

Address Address::v6(const std::uint8_t* sixteen_bytes) {
    Address out;
    std::copy_n(sixteen_bytes, 16, out.bytes.begin());
    return out;
}

bool Address::is_v4() const {
    return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

bool Address::is_loopback() const {
    if (is_v4()) return bytes[12] == 127;
    return bytes[15] == 1 && std::all_of(bytes.begin(), bytes.begin() + 15, [](std::uint8_t b) { return b == 0; });
}

bool Address::is_multicast() const {
    return is_v4() ? (bytes[12] & 0xf0) == 0xe0 : bytes[0] == 0xff;
}

std::size_t Flow::symmetric_hash() const {
    // A sum does not care which end is the source.
    return mix(hash(source) + hash(destination), network_of(*this));
}

std::size_t Flow::hash_of_end(const Endpoint& end) const { return mix(hash(end), network_of(*this)); }

std::size_t FlowHash::operator()(const Flow& flow) const {
    const auto kind = static_cast<std::uint64_t>(flow.netns) << 16 | static_cast<std::uint64_t>(flow.transport) << 8 | static_cast<std::uint64_t>(flow.ip_version);
    return mix(hash(flow.source) + kind, hash(flow.destination));
}

} // namespace dnsmon
