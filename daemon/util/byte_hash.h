// SPDX-License-Identifier: Apache-2.0
// A hash of bytes, eight at a time, for tables whose keys are short. Not for keys that an attacker must not be able to make
// collide (util/siphash.h). Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace dnsmon {

[[nodiscard]] inline std::uint64_t mix_word(std::uint64_t hash, std::uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL; // golden ratio, odd: spreads the bits upwards
    return hash ^ (hash >> 32);
}

/// The letters A to Z of eight bytes of ASCII in lower case, all other bytes as they are.
[[nodiscard]] inline std::uint64_t lower_word(std::uint64_t word) {
    constexpr std::uint64_t kEach = 0x0101010101010101ULL;
    const std::uint64_t low = word & (0x7f * kEach);
    const std::uint64_t from_a = low + (0x80 - 'A') * kEach;       // top bit: at least 'A'
    const std::uint64_t beyond_z = low + (0x7f - 'Z') * kEach;     // top bit: more than 'Z'
    const std::uint64_t upper = ~word & from_a & ~beyond_z & (0x80 * kEach);
    return word | (upper >> 2); // 0x80 to 0x20, which is what tells the cases apart
}

/// `change` is applied to each eight bytes before they are mixed in.
template <typename Change>
[[nodiscard]] std::uint64_t hash_bytes(std::span<const std::uint8_t> bytes, const Change& change) {
    std::uint64_t hash = bytes.size();
    std::size_t done = 0;
    for (; bytes.size() - done >= 8; done += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + done, 8);
        hash = mix_word(hash, change(word));
    }
    if (done == bytes.size()) return hash;
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + done, bytes.size() - done);
    return mix_word(hash, change(word));
}

[[nodiscard]] inline std::uint64_t hash_bytes(std::span<const std::uint8_t> bytes) {
    return hash_bytes(bytes, [](std::uint64_t word) { return word; });
}
/// The same for texts that differ in the case of ASCII letters only.
[[nodiscard]] inline std::uint64_t hash_bytes_without_case(std::span<const std::uint8_t> bytes) {
    return hash_bytes(bytes, lower_word);
}

} // namespace dnsmon
