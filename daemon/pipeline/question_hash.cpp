// SPDX-License-Identifier: Apache-2.0
#include "pipeline/question_hash.h"

namespace dnsmon {
namespace {

constexpr std::uint64_t kFnvOffset = 0xcbf29ce484222325ULL; // FNV-1a: short keys, no state
constexpr std::uint64_t kFnvPrime = 0x100000001b3ULL;

void mix(std::uint64_t& hash, std::uint8_t byte) { hash = (hash ^ byte) * kFnvPrime; }

std::uint8_t lower(std::uint8_t c) { return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c | 0x20) : c; }

} // namespace

std::uint64_t question_hash(const dns::Message& message) {
    if (message.questions.empty()) return 0;
    const dns::Question& question = message.questions.front();
    std::uint64_t hash = kFnvOffset;
    // The first question's name stands right behind the header, so that nothing before it could be pointed at: a
    // pointer here is damage, and a damaged name need not be told apart from another.
    for (std::size_t at = question.name_offset; at < message.wire.size();) {
        const std::uint8_t length = message.wire[at];
        if (length == 0 || length > 63) break;
        for (std::size_t i = 0; i <= length && at + i < message.wire.size(); ++i) mix(hash, lower(message.wire[at + i]));
        at += length + 1U;
    }
    for (const std::uint16_t value : {question.type, question.klass}) {
        mix(hash, static_cast<std::uint8_t>(value >> 8));
        mix(hash, static_cast<std::uint8_t>(value));
    }
    return hash == 0 ? 1 : hash;
}

} // namespace dnsmon
