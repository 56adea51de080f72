// SPDX-License-Identifier: Apache-2.0
// Puts events about the daemon itself (start, stats, loss, stop) into the same stream as the events about DNS, and
// counts them, so that the books balance. Loop thread only; owns nothing.
#pragma once

#include "event/notice.h"
#include "output/writer.h"

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace dnsmon {

class NoticeBoard {
  public:
    NoticeBoard(Writer& writer, Format format, std::string host_name)
        : writer_(writer), format_(format), host_name_(std::move(host_name)) {}

    void set_format(Format format) { format_ = format; }
    /// `data`: what stands under dnsmon.<action>.
    void post(NoticeAction action, std::string_view message, const nlohmann::json& data);
    /// A loss event for an outage of a sink that is over.
    void post_loss(const SinkNews& outage);
    [[nodiscard]] std::uint64_t posted() const { return posted_; }

  private:
    void deliver(const Notice& notice, const nlohmann::json& data, int priority);

    Writer& writer_;
    Format format_;
    std::string host_name_;
    std::uint64_t posted_ = 0;
};

} // namespace dnsmon
