// SPDX-License-Identifier: Apache-2.0
#include "pipeline/redaction.h"

#include "event/ip_text.h"
#include "packet/network_part.h"
#include "util/hex.h"

#include <algorithm>

namespace dnsmon {
namespace {

/// All but OPT (RFC 6891), which is about the message itself. The header's counts stay.
void drop_records(dns::Message& message) {
    if (message.opt < 0) {
        message.records.clear();
        return;
    }
    message.records.front() = message.records[static_cast<std::size_t>(message.opt)];
    message.records.resize(1);
    message.opt = 0;
}

} // namespace

void Redaction::apply(Event& event, dns::Message& message) {
    if (config_.command_line != Privacy::kKeep) hide_arguments(event);
    if (config_.answers != Privacy::kKeep && event.action == Action::kResponse) hide_answers(event, message);
    if (config_.client_addresses != Privacy::kKeep) hide_client(event);
}

void Redaction::hide_answers(Event& event, dns::Message& message) const {
    switch (config_.answers) {
    case Privacy::kKeep: break;
    case Privacy::kHash:
        event.records_shown = RecordsShown::kHashed;
        event.hash_key = &*config_.key;
        break;
    case Privacy::kTruncate: event.records_shown = RecordsShown::kTruncated; break;
    case Privacy::kDrop: drop_records(message); break;
    }
}

void Redaction::hide_client(Event& event) {
    const bool response = event.action == Action::kResponse;
    event.hides_client_subnet = true; // EDNS Client Subnet (RFC 7871) tells the address of a client, too
    Address& client = (response ? event.flow.destination : event.flow.source).address;
    if (config_.client_addresses == Privacy::kTruncate) {
        client = network_part(client);
        return;
    }
    (response ? event.hides_destination : event.hides_source) = true;
    if (config_.client_addresses != Privacy::kHash) return;
    TextBuffer line;
    append_address(line, client);
    alias_.clear();
    append_hex(alias_, SipHash::hash(*config_.key, line.view()));
    event.client_alias = alias_;
}

void Redaction::hide_arguments(Event& event) {
    event.hides_command_line = true;
    used_ = 0;
    if (event.process) hide_arguments(*event.process);
    on_behalf_of_.assign(event.on_behalf_of.begin(), event.on_behalf_of.end());
    for (LocalProcess& client : on_behalf_of_) hide_arguments(client);
    event.on_behalf_of = on_behalf_of_;
}

void Redaction::hide_arguments(LocalProcess& process) {
    if (process.details == nullptr || process.details->command_line.empty()) return;
    if (used_ == shown_.size()) shown_.emplace_back();
    ProcessDetails& shown = shown_[used_++];
    shown = *process.details;
    shown.serial = 0;
    if (config_.command_line == Privacy::kHash) {
        shown.command_line.clear();
        append_hex(shown.command_line, SipHash::hash(*config_.key, process.details->command_line));
    } else {
        const auto program = std::min(shown.command_line.find(' '), shown.command_line.size());
        shown.command_line.resize(config_.command_line == Privacy::kTruncate ? program : 0);
    }
    process.details = &shown;
}

} // namespace dnsmon
