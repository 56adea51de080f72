// SPDX-License-Identifier: Apache-2.0
// SipHash-2-4 (Aumasson, Bernstein: "SipHash: a fast short-input PRF", 2012): a keyed hash that tells nothing of its input
// to who lacks the key. Pure function; any thread.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace dnsmon {

using HashKey = std::array<std::uint8_t, 16>;

class SipHash {
  public:
    static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

    [[nodiscard]] static std::uint64_t hash(const HashKey& key, std::string_view text) {
        SipHash state(key);
        const std::uint64_t last_byte = static_cast<std::uint64_t>(text.size()) << 56;
        for (; text.size() >= 8; text.remove_prefix(8)) state.compress(word(text.data(), 8));
        state.compress(last_byte | word(text.data(), text.size()));
        return state.finish();
    }

  private:
    explicit SipHash(const HashKey& key) {
        std::uint64_t k0 = 0;
        std::uint64_t k1 = 0;
        std::memcpy(&k0, key.data(), 8);
        std::memcpy(&k1, key.data() + 8, 8);
        v_ = {k0 ^ 0x736f6d6570736575ULL, k1 ^ 0x646f72616e646f6dULL, k0 ^ 0x6c7967656e657261ULL,
              k1 ^ 0x7465646279746573ULL};
    }
    static std::uint64_t word(const char* bytes, std::size_t count) {
        std::uint64_t value = 0;
        if (count != 0) std::memcpy(&value, bytes, count);
        return value;
    }
    void round() {
        auto& [v0, v1, v2, v3] = v_;
        v0 += v1;
        v1 = std::rotl(v1, 13) ^ v0;
        v0 = std::rotl(v0, 32);
        v2 += v3;
        v3 = std::rotl(v3, 16) ^ v2;
        v0 += v3;
        v3 = std::rotl(v3, 21) ^ v0;
        v2 += v1;
        v1 = std::rotl(v1, 17) ^ v2;
        v2 = std::rotl(v2, 32);
    }
    void compress(std::uint64_t message) {
        v_[3] ^= message;
        round();
        round();
        v_[0] ^= message;
    }
    std::uint64_t finish() {
        v_[2] ^= 0xff;
        for (int i = 0; i < 4; ++i) round();
        return v_[0] ^ v_[1] ^ v_[2] ^ v_[3];
    }

    std::array<std::uint64_t, 4> v_{};
};

} // namespace dnsmon
