// SPDX-License-Identifier: Apache-2.0
#include "config/network.h"

#include "config/quote.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace dnsmon {
namespace {

constexpr unsigned kV4Offset = 96; // of an IPv4 address in ::ffff:a.b.c.d

bool is_v4(const std::array<std::uint8_t, 16>& address) {
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return std::equal(kMapped.begin(), kMapped.end(), address.begin());
}

/// The mask of byte `index` for a prefix of `bits`.
std::uint8_t mask_of(std::size_t index, unsigned bits) {
    const unsigned before = static_cast<unsigned>(index) * 8;
    const unsigned inside = bits <= before ? 0 : std::min(bits - before, 8U);
    return static_cast<std::uint8_t>(0xff00U >> inside);
}

/// False: no address.
bool parse_address(const std::string& text, Network& network, unsigned& offset) {
    auto& bytes = network.prefix;
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
        offset = 0;
        return true;
    }
    bytes = {};
    bytes[10] = bytes[11] = 0xff;
    offset = kV4Offset;
    return ::inet_pton(AF_INET, text.c_str(), bytes.data() + 12) == 1;
}

} // namespace

bool Network::contains(const std::array<std::uint8_t, 16>& address) const {
    // ::/0 is every IPv6 address: IPv4's lie in it only as they are kept.
    if (bits < kV4Offset && is_v4(address)) return false;
    for (std::size_t i = 0; i < prefix.size(); ++i)
        if ((address[i] & mask_of(i, bits)) != prefix[i]) return false;
    return true;
}

Result<Network> parse_network(std::string_view text) {
    const auto bad = [&](std::string_view what) { return Error{quoted(text).append(" ").append(what)}; };
    const auto slash = std::min(text.find('/'), text.size());
    Network network;
    unsigned offset = 0;
    if (!parse_address(std::string(text.substr(0, slash)), network, offset))
        return bad("is no network: write an address, or one with its prefix, as in 192.0.2.0/24");
    unsigned bits = 128 - offset;
    if (slash < text.size()) {
        const char* end = text.data() + text.size();
        const auto [rest, failure] = std::from_chars(text.data() + slash + 1, end, bits);
        if (failure != std::errc{} || rest != end || bits > 128 - offset)
            return bad("has no valid prefix length: 0 to " + std::to_string(128 - offset) + " is allowed");
    }
    network.bits = static_cast<std::uint8_t>(bits + offset);
    if (!network.contains(network.prefix)) return bad("has bits set behind its prefix");
    return network;
}

Result<std::string> parse_listen_address(std::string_view text) {
    const auto bad = [&] {
        return Error{quoted(text) + " is no IPv4 address with a port, as in 127.0.0.1:9153"};
    };
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return bad();
    std::uint16_t port = 0;
    const char* end = text.data() + text.size();
    const auto [rest, failure] = std::from_chars(text.data() + colon + 1, end, port);
    if (failure != std::errc{} || rest != end || port == 0) return bad();
    std::array<std::uint8_t, 4> bytes{};
    if (::inet_pton(AF_INET, std::string(text.substr(0, colon)).c_str(), bytes.data()) != 1) return bad();
    return std::string(text);
}

} // namespace dnsmon
