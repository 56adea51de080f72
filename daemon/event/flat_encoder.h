// SPDX-License-Identifier: Apache-2.0
// output.format flat: one JSON object a line with the original tool's keys.
#pragma once

#include "event/encoder.h"
#include "util/text_buffer.h"

#include <string>

namespace dnsmon {

class FlatEncoder final : public Encoder {
  public:
    void append(TextBuffer& out, const Event& event) override;

  private:
    TextBuffer scratch_;
    std::string text_;
};

} // namespace dnsmon
