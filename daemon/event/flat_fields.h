// SPDX-License-Identifier: Apache-2.0
// The original tool's keys, shared by the flat, text and journald shapes: which there are, in which order, and what
// stands in each. `Fields` writes them: text(key, value) and number(key, value).
#pragma once

#include "dns/text.h"
#include "event/event_text.h"
#include "event/ip_text.h"
#include "event/record_text.h"
#include "util/text_buffer.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace dnsmon {

/// COMM … DNS_QR. What is not known is left out. `scratch` is overwritten.
template <typename Fields>
void visit_flat_head(const Event& event, TextBuffer& scratch, Fields& fields) {
    const auto address = [&](std::string_view key, const Address& value) {
        scratch.clear();
        append_address(scratch, value);
        fields.text(key, scratch.view());
    };
    // A timeout repeats its query: without this the two could not be told apart.
    if (event.action == Action::kTimeout) fields.text("EVENT", "timeout");
    const Owner* owner = event.process ? event.process->owner : nullptr;
    if (owner != nullptr) {
        const std::string_view name = process_name(*event.process);
        if (!name.empty()) fields.text("COMM", name);
        fields.number("PID", owner->pid);
        if (owner->tid != 0) fields.number("TGID", owner->tid);
    }
    if (!event.interface.empty()) fields.text("DEV", event.interface);
    fields.text("PROTO", event.flow.transport == Transport::kTcp ? "TCP" : "UDP");
    const auto end = [&](std::string_view key, const Address& value, bool hidden) {
        if (!hidden) address(key, value);
        if (hidden && !event.client_alias.empty()) fields.text(key, event.client_alias);
    };
    end("SRC", event.flow.source.address, event.hides_source);
    end("DST", event.flow.destination.address, event.hides_destination);
    fields.number("SPT", event.flow.source.port);
    fields.number("DPT", event.flow.destination.port);
    if (owner != nullptr) {
        fields.number("UID", owner->uid);
        fields.number("GID", owner->gid);
    }
    fields.number("DNS_QR", event.message->header.response ? 1 : 0);
}

/// The name as the original wrote it: with the trailing dot.
inline std::string_view dotted_name(std::string& scratch, const dns::Message& message, std::uint32_t offset) {
    scratch.clear();
    dns::append_name(scratch, message.wire, offset);
    if (scratch != ".") scratch.push_back('.');
    return scratch;
}

/// The same of a record's owner name, as far as it is to be shown.
inline std::string_view dotted_owner(std::string& scratch, const Event& event, const dns::Record& record) {
    scratch.clear();
    const bool plain = append_record_name(scratch, event, record);
    if (plain && !scratch.empty() && scratch != ".") scratch.push_back('.');
    return scratch;
}

/// DNS_NAME and DNS_TYPE of the first question. `scratch` is overwritten.
template <typename Fields>
void visit_flat_question(const Event& event, std::string& scratch, Fields& fields) {
    const dns::Message& message = *event.message;
    if (message.questions.empty()) return;
    const dns::Question& question = message.questions.front();
    fields.text("DNS_NAME", dotted_name(scratch, message, question.name_offset));
    scratch.clear();
    dns::append_type(scratch, question.type);
    fields.text("DNS_TYPE", scratch);
}

/// The data of each answer: visit(text). `scratch` is overwritten.
template <typename Visit>
void visit_answers_data(const Event& event, std::string& scratch, Visit&& visit) {
    for (const dns::Record& record : event.message->records) {
        if (!is_answer(*event.message, record)) continue;
        scratch.clear();
        append_record_data(scratch, event, record);
        if (!scratch.empty() && !visit(std::string_view(scratch))) return;
    }
}

} // namespace dnsmon
