// SPDX-License-Identifier: Apache-2.0
// output.format text: the original tool's line of KEY=value, one for each answer record. Messages without answers
// (queries, timeouts, NXDOMAIN) have no line, as they had none in the original.
#pragma once

#include "event/encoder.h"
#include "util/text_buffer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace dnsmon {

class TextEncoder final : public Encoder {
  public:
    explicit TextEncoder(const EncoderOptions& options);
    void append(TextBuffer& out, const Event& event) override;

  private:
    [[nodiscard]] bool wanted(std::uint16_t type) const;

    std::vector<std::uint16_t> types_; ///< sorted; empty: all
    TextBuffer scratch_;
    std::string text_;
};

} // namespace dnsmon
