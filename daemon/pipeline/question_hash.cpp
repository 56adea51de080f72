// SPDX-License-Identifier: Apache-2.0
#include "pipeline/question_hash.h"

#include "dns/name.h"
#include "util/byte_hash.h"

namespace dnsmon {
namespace {

/// The first question's name stands right behind the header, so that nothing before it could be pointed at: a pointer here
/// is damage, and a damaged name need not be told apart from another. A length is never taken for a letter: lengths end at
/// 63, letters begin at 65.
std::uint64_t hash_of(std::span<const std::uint8_t> name, std::uint16_t type, std::uint16_t klass) {
    const std::uint64_t hash = mix_word(hash_bytes_without_case(name), static_cast<std::uint64_t>(type) << 16 | klass);
    return hash == 0 ? 1 : hash;
}

} // namespace

std::uint64_t question_hash(const dns::Message& message) {
    if (message.questions.empty()) return 0;
    const dns::Question& question = message.questions.front();
    return hash_of(dns::name_bytes(message.wire, question.name_offset), question.type, question.klass);
}

std::uint64_t question_hash(std::span<const std::uint8_t> wire) {
    constexpr std::size_t kHeaderBytes = 12;
    constexpr std::size_t kTypeAndClassBytes = 4;
    if (wire.size() < kHeaderBytes || (wire[4] | wire[5]) == 0) return 0; // QDCOUNT
    const auto name = dns::name_bytes(wire, kHeaderBytes);
    if (kHeaderBytes + name.size() + kTypeAndClassBytes > wire.size()) return 0;
    const auto rest = wire.subspan(kHeaderBytes + name.size(), kTypeAndClassBytes);
    return hash_of(name, static_cast<std::uint16_t>(rest[0] << 8 | rest[1]),
                   static_cast<std::uint16_t>(rest[2] << 8 | rest[3]));
}

} // namespace dnsmon
