// SPDX-License-Identifier: Apache-2.0
// Bounds-checked cursor over part of a message. A read past the end fails, sticks, and yields zeros, so that a parser
// reads all its fields and asks ok() once. Offsets are absolute: compression pointers inside rdata need the whole wire.
#pragma once

#include <cstdint>
#include <span>

namespace dnsmon::dns {

using Bytes = std::span<const std::uint8_t>;

[[nodiscard]] inline std::uint16_t load_u16(const std::uint8_t* p) {
    return static_cast<std::uint16_t>((p[0] << 8) | p[1]);
}

[[nodiscard]] inline std::uint32_t load_u32(const std::uint8_t* p) {
    return (static_cast<std::uint32_t>(p[0]) << 24) | (static_cast<std::uint32_t>(p[1]) << 16) |
           (static_cast<std::uint32_t>(p[2]) << 8) | p[3];
}

class Reader {
  public:
    /// [offset, offset + bytes) of `wire`, cut to what is there.
    Reader(Bytes wire, std::size_t offset, std::size_t bytes) : wire_(wire) {
        offset_ = offset < wire.size() ? offset : wire.size();
        end_ = bytes < wire.size() - offset_ ? offset_ + bytes : wire.size();
    }
    explicit Reader(Bytes all) : Reader(all, 0, all.size()) {}

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool at_end() const { return offset_ == end_; }
    [[nodiscard]] std::size_t remaining() const { return end_ - offset_; }
    [[nodiscard]] std::size_t offset() const { return offset_; }
    [[nodiscard]] std::size_t end() const { return end_; }
    [[nodiscard]] Bytes wire() const { return wire_; }
    void fail() {
        ok_ = false;
        offset_ = end_;
    }

    [[nodiscard]] std::uint8_t u8() { return has(1) ? wire_[advance(1)] : std::uint8_t{0}; }
    [[nodiscard]] std::uint16_t u16() { return has(2) ? load_u16(&wire_[advance(2)]) : std::uint16_t{0}; }
    [[nodiscard]] std::uint32_t u32() { return has(4) ? load_u32(&wire_[advance(4)]) : std::uint32_t{0}; }
    [[nodiscard]] std::uint64_t uint(std::size_t bytes) {
        std::uint64_t value = 0;
        for (const std::uint8_t byte : take(bytes)) value = (value << 8) | byte;
        return value;
    }
    [[nodiscard]] Bytes take(std::size_t bytes) { return has(bytes) ? wire_.subspan(advance(bytes), bytes) : Bytes{}; }
    [[nodiscard]] Bytes rest() { return take(remaining()); }
    /// A length octet and that many bytes: RFC 1035 3.3 <character-string>.
    [[nodiscard]] Bytes counted() { return take(u8()); }
    void skip_to(std::size_t offset) {
        if (offset < offset_ || offset > end_) return fail();
        offset_ = offset;
    }

  private:
    bool has(std::size_t bytes) {
        if (bytes <= end_ - offset_) return true;
        fail();
        return false;
    }
    std::size_t advance(std::size_t bytes) {
        const std::size_t at = offset_;
        offset_ += bytes;
        return at;
    }

    Bytes wire_;
    std::size_t offset_ = 0;
    std::size_t end_ = 0;
    bool ok_ = true;
};

} // namespace dnsmon::dns
