// SPDX-License-Identifier: Apache-2.0
// Event -> bytes. One encoder per output.format; each appends whole lines, '\n' included, to the caller's buffer.
// An encoder keeps scratch memory and small caches, so each worker owns its own; it never allocates once these have
// grown. Output is printable, valid UTF-8, one line, whatever the packet held.
#pragma once

#include "config/format.h"
#include "event/event.h"
#include "util/text_buffer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace dnsmon {

struct EncoderOptions {
    std::string host_name;            ///< host.name of every event; empty leaves it out
    std::vector<std::uint16_t> types; ///< text: records of these types only, as filter.types; empty: all
};

class Encoder {
  public:
    virtual ~Encoder() = default;
    /// Appends one line (ecs, flat) or one line for each answer record, perhaps none (text).
    virtual void append(TextBuffer& out, const Event& event) = 0;
};

[[nodiscard]] std::unique_ptr<Encoder> make_encoder(Format format, const EncoderOptions& options);

} // namespace dnsmon
