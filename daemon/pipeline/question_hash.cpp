// SPDX-License-Identifier: Apache-2.0
#include "pipeline/question_hash.h"

namespace dnsmon {
namespace {

constexpr std::uint64_t kFnvOffset = 0xcbf29ce484222325ULL; // FNV-1a: short keys, no state
constexpr std::uint64_t kFnvPrime = 0x100000001b3ULL;

void mix(std::uint64_t& hash, std::uint8_t byte) { hash = (hash ^ byte) * kFnvPrime; }

std::uint8_t lower(std::uint8_t c) { return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c | 0x20) : c; }

/// Mixes the name at `at`; where it ends. The first question's name stands right behind the header, so that nothing
/// before it could be pointed at: a pointer here is damage, and a damaged name need not be told apart from another.
std::size_t mix_name(std::uint64_t& hash, std::span<const std::uint8_t> wire, std::size_t at) {
    while (at < wire.size()) {
        const std::uint8_t length = wire[at];
        if (length == 0 || length > 63) break;
        for (std::size_t i = 0; i <= length && at + i < wire.size(); ++i) mix(hash, lower(wire[at + i]));
        at += length + 1U;
    }
    return at + 1;
}

} // namespace

std::uint64_t question_hash(const dns::Message& message) {
    if (message.questions.empty()) return 0;
    const dns::Question& question = message.questions.front();
    std::uint64_t hash = kFnvOffset;
    mix_name(hash, message.wire, question.name_offset);
    for (const std::uint16_t value : {question.type, question.klass}) {
        mix(hash, static_cast<std::uint8_t>(value >> 8));
        mix(hash, static_cast<std::uint8_t>(value));
    }
    return hash == 0 ? 1 : hash;
}

std::uint64_t question_hash(std::span<const std::uint8_t> wire) {
    constexpr std::size_t kHeaderBytes = 12;
    constexpr std::size_t kTypeAndClassBytes = 4;
    if (wire.size() < kHeaderBytes || (wire[4] | wire[5]) == 0) return 0; // QDCOUNT
    std::uint64_t hash = kFnvOffset;
    const std::size_t end = mix_name(hash, wire, kHeaderBytes);
    if (end + kTypeAndClassBytes > wire.size()) return 0;
    for (const std::uint8_t byte : wire.subspan(end, kTypeAndClassBytes)) mix(hash, byte);
    return hash == 0 ? 1 : hash;
}

} // namespace dnsmon
