// SPDX-License-Identifier: Apache-2.0
#include "app/notice_board.h"

#include "event/journal_fields.h"
#include "util/clock.h"

#include <nlohmann/json.hpp>

#include <syslog.h>

namespace dnsmon {

void NoticeBoard::deliver(const Notice& notice, const nlohmann::json& data, int priority) {
    Batch batch;
    batch.lines.text(encode_notice(format_, notice, data));
    EncodedEvent event;
    event.line_bytes = static_cast<std::uint32_t>(batch.lines.size());
    if (writer_.wants_journal_fields()) {
        append_journal_notice(batch.journal, to_string(notice.action), priority, batch.lines.view());
        event.journal_bytes = static_cast<std::uint32_t>(batch.journal.size());
    }
    batch.events.push_back(event);
    ++posted_;
    [[maybe_unused]] const Batch empty = writer_.deliver(std::move(batch));
}

void NoticeBoard::post(NoticeAction action, std::string_view message, const nlohmann::json& data) {
    Notice notice;
    notice.action = action;
    notice.time_ns = realtime_ns();
    notice.host_name = host_name_;
    notice.message = message;
    deliver(notice, data, LOG_INFO);
}

void NoticeBoard::post_loss(const SinkNews& outage) {
    Notice notice;
    notice.action = NoticeAction::kLoss;
    notice.time_ns = realtime_ns();
    notice.host_name = host_name_;
    const std::string message = std::to_string(outage.events) + " events lost at " + outage.sink + ": " +
                                (outage.detail.empty() ? to_string(outage.reason) : outage.detail);
    notice.message = message;
    notice.from_ns = outage.from_ns;
    notice.to_ns = outage.to_ns;
    deliver(notice, {{"sink", outage.sink}, {"reason", to_string(outage.reason)}, {"events", outage.events}}, LOG_WARNING);
}

} // namespace dnsmon
