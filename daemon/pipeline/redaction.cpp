// SPDX-License-Identifier: Apache-2.0
#include "pipeline/redaction.h"

#include <algorithm>

namespace dnsmon {
namespace {

constexpr std::ptrdiff_t kV4PrefixBytes = 12 + 3; // /24 of ::ffff:a.b.c.d
constexpr std::ptrdiff_t kV6PrefixBytes = 6;      // /48

void truncate(Address& address) {
    const auto keep = address.is_v4() ? kV4PrefixBytes : kV6PrefixBytes;
    std::fill(address.bytes.begin() + keep, address.bytes.end(), std::uint8_t{0});
}

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
    if (config_.answers != Privacy::kKeep && event.action == Action::kResponse) drop_records(message);
    if (config_.client_addresses != Privacy::kKeep) hide_client(event);
}

void Redaction::hide_client(Event& event) const {
    const bool response = event.action == Action::kResponse;
    event.hides_client_subnet = true; // EDNS Client Subnet (RFC 7871) tells the address of a client, too
    if (config_.client_addresses == Privacy::kTruncate) {
        truncate((response ? event.flow.destination : event.flow.source).address);
    } else {
        (response ? event.hides_destination : event.hides_source) = true;
    }
}

void Redaction::hide_arguments(Event& event) {
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
    const auto program = std::min(shown.command_line.find(' '), shown.command_line.size());
    shown.command_line.resize(config_.command_line == Privacy::kTruncate ? program : 0);
    process.details = &shown;
}

} // namespace dnsmon
