// SPDX-License-Identifier: Apache-2.0
#include "event/question_json.h"

#include "util/byte_hash.h"

#include <cstring>

namespace dnsmon {

namespace {

constexpr std::uint16_t kTopBit = 0x8000; // of a class: over mDNS it is a flag, elsewhere it is not

/// The question's bytes; empty when they do not say all: a name with a pointer (or damage) goes on somewhere else.
std::span<const std::uint8_t> wire_of(const dns::Message& message, const dns::Question& question) {
    constexpr std::size_t kTypeAndClassBytes = 4;
    const auto wire = message.wire;
    std::size_t end = question.name_offset;
    while (end < wire.size() && wire[end] != 0 && wire[end] <= 63) end += wire[end] + 1U;
    if (end >= wire.size() || wire[end] != 0) return {};
    end += 1 + kTypeAndClassBytes;
    return end <= wire.size() ? wire.subspan(question.name_offset, end - question.name_offset) : wire.first(0);
}

} // namespace

QuestionJson::Text QuestionJson::find(const dns::Message& message, const dns::Question& question) {
    asked_ = nullptr;
    if ((question.klass & kTopBit) != 0) return {};
    asked_wire_ = wire_of(message, question);
    if (asked_wire_.empty() || asked_wire_.size() > kMaxWireBytes) return {};
    Place& place = places_[hash_bytes(asked_wire_) & (kPlaces - 1)];
    if (place.wire.size() == asked_wire_.size() &&
        std::memcmp(place.wire.data(), asked_wire_.data(), asked_wire_.size()) == 0)
        return {place.json, place.name_offset, place.name_bytes};
    asked_ = &place;
    return {};
}

void QuestionJson::keep(const Text& text) {
    if (asked_ == nullptr || text.json.size() > kMaxJsonBytes) return;
    asked_->wire.assign(reinterpret_cast<const char*>(asked_wire_.data()), asked_wire_.size());
    asked_->json = text.json;
    asked_->name_offset = text.name_offset;
    asked_->name_bytes = text.name_bytes;
}

} // namespace dnsmon
