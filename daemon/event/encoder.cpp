// SPDX-License-Identifier: Apache-2.0
#include "event/encoder.h"

#include "event/ecs_encoder.h"
#include "event/flat_encoder.h"
#include "event/text_encoder.h"

namespace dnsmon {

std::unique_ptr<Encoder> make_encoder(Format format, const EncoderOptions& options) {
    switch (format) {
    case Format::kEcs: return std::make_unique<EcsEncoder>(options);
    case Format::kFlat: return std::make_unique<FlatEncoder>();
    case Format::kText: return std::make_unique<TextEncoder>(options);
    }
    return nullptr;
}

} // namespace dnsmon
