// SPDX-License-Identifier: Apache-2.0
// privacy.* of the configuration: takes out of an event what shall not be written, in the one place that all formats
// pass, between the filter (which still sees everything) and the encoder. One for each worker, on its thread only.
#pragma once

#include "config/config.h"
#include "event/event.h"

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace dnsmon {

class Redaction {
  public:
    /// With any mode `hash` the configuration has its key.
    explicit Redaction(const PrivacyConfig& config) : config_(config) {}

    /// `message` is the event's own. What `event` points to afterwards lives until the next call.
    void apply(Event& event, dns::Message& message);

  private:
    void hide_answers(Event& event, dns::Message& message) const;
    void hide_client(Event& event);
    void hide_arguments(Event& event);
    void hide_arguments(LocalProcess& process);

    PrivacyConfig config_;
    std::string alias_; ///< of the event at hand; reused
    std::vector<LocalProcess> on_behalf_of_;
    std::deque<ProcessDetails> shown_; ///< of the event at hand; reused
    std::size_t used_ = 0;             ///< of shown_
};

} // namespace dnsmon
