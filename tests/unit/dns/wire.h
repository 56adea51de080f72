// SPDX-License-Identifier: Apache-2.0
// Builds DNS messages an octet at a time, so that a test can build wrong ones, and the texts the tests compare.
#pragma once

#include "dns/message.h"
#include "dns/text.h"

#include <string>
#include <string_view>
#include <vector>

namespace dnsmon::dns::test {

using Octets = std::vector<std::uint8_t>;

/// Hex with any white space between the octets.
inline Octets hex(std::string_view text) {
    Octets out;
    int high = -1;
    for (const char c : text) {
        const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (value < 0) continue;
        if (high < 0) {
            high = value;
            continue;
        }
        out.push_back(static_cast<std::uint8_t>(high * 16 + value));
        high = -1;
    }
    return out;
}

class Wire {
  public:
    Wire& u8(unsigned value) {
        octets_.push_back(static_cast<std::uint8_t>(value));
        return *this;
    }
    Wire& u16(unsigned value) { return u8(value >> 8).u8(value & 0xff); }
    Wire& u32(std::uint32_t value) { return u16(value >> 16).u16(value & 0xffff); }
    Wire& bytes(const Octets& octets) {
        octets_.insert(octets_.end(), octets.begin(), octets.end());
        return *this;
    }
    Wire& text(std::string_view text) { return bytes(Octets(text.begin(), text.end())); }
    Wire& label(std::string_view label) { return u8(static_cast<unsigned>(label.size())).text(label); }
    /// "www.example.com", plain labels; the root is "".
    Wire& name(std::string_view name) {
        while (!name.empty()) {
            const std::size_t dot = name.find('.');
            label(name.substr(0, dot));
            name = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
        }
        return u8(0);
    }
    Wire& pointer(unsigned offset) { return u16(0xc000 | offset); }
    Wire& header(unsigned flags, unsigned questions, unsigned answers = 0, unsigned authorities = 0,
                 unsigned additionals = 0) {
        return u16(0x1234).u16(flags).u16(questions).u16(answers).u16(authorities).u16(additionals);
    }
    Wire& question(std::string_view owner, unsigned type, unsigned klass = 1) {
        return name(owner).u16(type).u16(klass);
    }
    /// What follows a record's owner name.
    Wire& record(unsigned type, unsigned klass, std::uint32_t ttl, const Octets& rdata) {
        return u16(type).u16(klass).u32(ttl).u16(static_cast<unsigned>(rdata.size())).bytes(rdata);
    }
    [[nodiscard]] const Octets& octets() const { return octets_; }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(octets_.size()); }

  private:
    Octets octets_;
};

constexpr unsigned kQuery = 0x0100;    ///< RD
constexpr unsigned kResponse = 0x8180; ///< QR, RD, RA

inline std::string name_text(const Octets& wire, std::uint32_t offset) {
    std::string out;
    append_name(out, wire, offset);
    return out;
}

/// The text of one record with this data, whose owner and question are www.example.com at offset 12.
inline std::string rdata_text(unsigned type, const Octets& rdata, unsigned klass = 1) {
    Wire wire;
    wire.header(kResponse, 1, 1).question("www.example.com", 1).pointer(12).record(type, klass, 60, rdata);
    Message message;
    decode(wire.octets(), message);
    std::string out;
    if (!message.records.empty()) append_rdata(out, message, message.records.front());
    return out;
}

} // namespace dnsmon::dns::test
