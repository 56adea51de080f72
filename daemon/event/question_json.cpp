// SPDX-License-Identifier: Apache-2.0
#include "event/question_json.h"

#include "dns/mdns.h"
#include "dns/name.h"
#include "util/byte_hash.h"

#include <cstring>

namespace dnsmon {

namespace {

/// The question's bytes; empty when they do not say all: a name with a pointer (or damage) goes on somewhere else, and
/// what the class's top bit means depends on the flow.
std::span<const std::uint8_t> wire_of(const dns::Message& message, const dns::Question& question) {
    constexpr std::size_t kTypeAndClassBytes = 4;
    if (dns::mdns_bit(question.klass)) return {};
    const auto wire = message.wire.subspan(question.name_offset);
    const auto name = dns::name_bytes(message.wire, question.name_offset);
    if (name.empty() || name.back() != 0 || wire.size() - name.size() < kTypeAndClassBytes) return {};
    return wire.first(name.size() + kTypeAndClassBytes);
}

} // namespace

QuestionJson::Text QuestionJson::find(const dns::Message& message, const dns::Question& question) {
    asked_ = nullptr;
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
