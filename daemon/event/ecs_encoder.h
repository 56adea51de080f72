// SPDX-License-Identifier: Apache-2.0
// output.format ecs: one Elastic Common Schema object a line (docs/event-schema.md). The hot path of the daemon: no
// allocation and no formatting library per event.
#pragma once

#include "event/dns_object.h"
#include "event/encoder.h"
#include "event/process_json.h"
#include "event/timestamp.h"
#include "util/text_buffer.h"

#include <string>

namespace dnsmon {

class EcsEncoder final : public Encoder {
  public:
    explicit EcsEncoder(const EncoderOptions& options);
    void append(TextBuffer& line, const Event& event) override;

  private:
    void append_event(TextBuffer& line, const Event& event);
    void append_observer(TextBuffer& line, const Event& event);
    void append_network(TextBuffer& line, const Event& event);
    void append_interfaces(TextBuffer& line, const Event& event);
    void append_on_behalf_of(TextBuffer& line, const Event& event);
    void append_dnsmon(TextBuffer& line, const Event& event);

    std::string host_; ///< `"host":{"name":"…"},`, or nothing
    Timestamp time_;
    ProcessJson process_;
    DnsObject dns_;
};

} // namespace dnsmon
