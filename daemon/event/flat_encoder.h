// SPDX-License-Identifier: Apache-2.0
// output.format flat: one JSON object a line with the original tool's keys.
#pragma once

#include "event/encoder.h"
#include "event/line.h"

#include <string>

namespace dnsmon {

class FlatEncoder final : public Encoder {
  public:
    void append(std::string& out, const Event& event) override;

  private:
    Line line_;
    Line scratch_;
    std::string text_;
};

} // namespace dnsmon
