// SPDX-License-Identifier: Apache-2.0
#include "event/ecs_encoder.h"

#include "event/ip_text.h"
#include "event/json_append.h"

#include <algorithm>

namespace dnsmon {

namespace {

/// ECS: what is no IP address stands in `address`.
void append_endpoint(TextBuffer& line, const Endpoint& endpoint, bool hides_address, std::string_view alias) {
    line.put('{');
    if (hides_address && !alias.empty()) {
        line.literal("\"address\":");
        append_json_string(line, alias);
        line.put(',');
    }
    if (!hides_address) {
        line.literal("\"ip\":\"");
        append_address(line, endpoint.address);
        line.literal("\",");
    }
    line.literal("\"port\":");
    line.number(endpoint.port);
    line.put('}');
}

std::string_view to_string(Attribution attribution) {
    switch (attribution) {
    case Attribution::kNone: return "none";
    case Attribution::kExact: return "exact";
    case Attribution::kWildcard: return "wildcard";
    case Attribution::kListener: return "listener";
    case Attribution::kProcfs: return "procfs";
    }
    return "none";
}

void append_session(TextBuffer& line, const ProcessDetails& details) {
    if (details.session_id.empty()) return;
    line.literal(",\"session\":{\"id\":");
    append_json_string(line, details.session_id);
    line.literal(",\"user\":{\"id\":");
    append_json_string(line, details.session_user_id);
    line.literal("}}");
}

constexpr std::uint16_t kNoError = 0;

} // namespace

EcsEncoder::EcsEncoder(const EncoderOptions& options) {
    if (options.host_name.empty()) return;
    TextBuffer host;
    host.literal("\"host\":{\"name\":");
    append_json_string(host, options.host_name);
    host.literal("},");
    host_ = host.view();
}

void EcsEncoder::append_event(TextBuffer& line, const Event& event) {
    line.literal("\"ecs\":{\"version\":\"9.4.0\"},\"event\":{\"kind\":\"event\",\"category\":[\"network\"],"
                  "\"type\":[\"protocol\"],\"dataset\":\"dnsmon.dns\",");
    switch (event.action) {
    case Action::kQuery: line.literal("\"action\":\"query\",\"outcome\":\"unknown\""); break;
    case Action::kTimeout: line.literal("\"action\":\"timeout\",\"outcome\":\"failure\""); break;
    case Action::kResponse:
        if (event.message->full_rcode() == kNoError) {
            line.literal("\"action\":\"response\",\"outcome\":\"success\"");
        } else {
            line.literal("\"action\":\"response\",\"outcome\":\"failure\"");
        }
        break;
    }
    if (event.duration_ns) {
        line.literal(",\"duration\":");
        // The wall clock may have been set back between the two; ECS durations are not negative.
        line.number(std::max<std::int64_t>(*event.duration_ns, 0));
    }
    line.literal(",\"sequence\":");
    line.number(event.sequence);
    line.literal("},");
}

/// Without a direction the interface is where the packet came in from the observer's view.
void EcsEncoder::append_observer(TextBuffer& line, const Event& event) {
    if (event.interface.empty()) return;
    if (event.direction == Direction::kEgress) {
        line.literal("\"observer\":{\"egress\":{\"interface\":{\"name\":");
    } else {
        line.literal("\"observer\":{\"ingress\":{\"interface\":{\"name\":");
    }
    append_json_string(line, event.interface);
    line.literal("}}},");
}

void EcsEncoder::append_network(TextBuffer& line, const Event& event) {
    line.literal("\"network\":{\"transport\":");
    if (event.flow.transport == Transport::kTcp) {
        line.literal("\"tcp\",\"type\":");
    } else {
        line.literal("\"udp\",\"type\":");
    }
    if (event.flow.ip_version == IpVersion::kV4) {
        line.literal("\"ipv4\",\"protocol\":\"dns\"");
    } else {
        line.literal("\"ipv6\",\"protocol\":\"dns\"");
    }
    if (event.direction == Direction::kIngress) line.literal(",\"direction\":\"ingress\"");
    if (event.direction == Direction::kEgress) line.literal(",\"direction\":\"egress\"");
    line.literal(",\"bytes\":");
    line.number(event.network_bytes);
    line.literal("},\"source\":");
    append_endpoint(line, event.flow.source, event.hides_source, event.client_alias);
    line.literal(",\"destination\":");
    append_endpoint(line, event.flow.destination, event.hides_destination, event.client_alias);
    line.put(',');
}

void EcsEncoder::append_interfaces(TextBuffer& line, const Event& event) {
    if (event.interfaces.size() < 2) return; // the observer's says it
    char separator = '[';
    line.literal(",\"interfaces\":");
    for (const std::string* interface : event.interfaces) {
        line.put(separator);
        append_json_string(line, *interface);
        separator = ',';
    }
    line.put(']');
}

/// One process is an object, several are an array.
void EcsEncoder::append_on_behalf_of(TextBuffer& line, const Event& event) {
    const auto& clients = event.on_behalf_of;
    if (clients.empty()) return;
    line.literal(",\"on_behalf_of\":");
    if (clients.size() > 1) line.put('[');
    for (const LocalProcess& client : clients) {
        if (&client != clients.data()) line.put(',');
        process_.append_full(line, client);
    }
    if (clients.size() > 1) line.put(']');
}

void EcsEncoder::append_dnsmon(TextBuffer& line, const Event& event) {
    const Attribution attribution = event.process ? event.process->owner->attribution : Attribution::kNone;
    line.literal(",\"dnsmon\":{\"attribution\":\"");
    line.text(to_string(attribution));
    if (event.heuristic) {
        line.literal("\",\"detected\":\"heuristic\"");
    } else {
        line.literal("\",\"detected\":\"port\"");
    }
    if (event.message->error != dns::DecodeError::kNone) {
        append_known(line, ",\"decode_error\":", dns::to_string(event.message->error));
        line.literal(",\"decode_error_offset\":");
        line.number(event.message->error_offset);
    }
    if (event.retransmits > 0) {
        line.literal(",\"retransmits\":");
        line.number(event.retransmits);
    }
    if (event.truncated) line.literal(",\"truncated\":true");
    if (event.unsolicited) line.literal(",\"unsolicited\":true");
    if (event.gap) line.literal(",\"gap\":true");
    if (event.process && event.process->details != nullptr) {
        append_known(line, ",\"unit\":", event.process->details->unit);
        append_session(line, *event.process->details);
    }
    append_interfaces(line, event);
    if (event.netns != 0) {
        line.literal(",\"network_namespace\":");
        line.number(event.netns);
    }
    dns_.append_rest(line, event);
    if (event.server_process) {
        line.literal(",\"server_process\":");
        ProcessJson::append_short(line, *event.server_process);
    }
    append_on_behalf_of(line, event);
    line.put('}');
}

void EcsEncoder::append(TextBuffer& line, const Event& event) {
    line.literal("{\"@timestamp\":\"");
    time_.append(line, event.time_ns);
    line.literal("\",");
    append_event(line, event);
    line.text(host_);
    append_observer(line, event);
    append_network(line, event);
    if (event.process) process_.append_own(line, *event.process);
    dns_.append(line, event);
    append_dnsmon(line, event);
    line.literal("}\n");
}

} // namespace dnsmon
