// SPDX-License-Identifier: Apache-2.0
#include "event/ecs_encoder.h"

#include "event/ip_text.h"
#include "event/json_append.h"

#include <algorithm>

namespace dnsmon {

namespace {

/// ECS: what is no IP address stands in `address`.
void append_endpoint(Line& line, const Endpoint& endpoint, bool hides_address, std::string_view alias) {
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

constexpr std::uint16_t kNoError = 0;

} // namespace

EcsEncoder::EcsEncoder(const EncoderOptions& options) {
    if (options.host_name.empty()) return;
    Line host;
    host.literal("\"host\":{\"name\":");
    append_json_string(host, options.host_name);
    host.literal("},");
    host_ = host.view();
}

void EcsEncoder::append_event(const Event& event) {
    line_.literal("\"ecs\":{\"version\":\"9.4.0\"},\"event\":{\"kind\":\"event\",\"category\":[\"network\"],"
                  "\"type\":[\"protocol\"],\"dataset\":\"dnsmon.dns\",");
    switch (event.action) {
    case Action::kQuery: line_.literal("\"action\":\"query\",\"outcome\":\"unknown\""); break;
    case Action::kTimeout: line_.literal("\"action\":\"timeout\",\"outcome\":\"failure\""); break;
    case Action::kResponse:
        if (event.message->full_rcode() == kNoError) {
            line_.literal("\"action\":\"response\",\"outcome\":\"success\"");
        } else {
            line_.literal("\"action\":\"response\",\"outcome\":\"failure\"");
        }
        break;
    }
    if (event.duration_ns) {
        line_.literal(",\"duration\":");
        // The wall clock may have been set back between the two; ECS durations are not negative.
        line_.number(std::max<std::int64_t>(*event.duration_ns, 0));
    }
    line_.literal(",\"sequence\":");
    line_.number(event.sequence);
    line_.literal("},");
}

/// Without a direction the interface is where the packet came in from the observer's view.
void EcsEncoder::append_observer(const Event& event) {
    if (event.interface.empty()) return;
    if (event.direction == Direction::kEgress) {
        line_.literal("\"observer\":{\"egress\":{\"interface\":{\"name\":");
    } else {
        line_.literal("\"observer\":{\"ingress\":{\"interface\":{\"name\":");
    }
    append_json_string(line_, event.interface);
    line_.literal("}}},");
}

void EcsEncoder::append_network(const Event& event) {
    line_.literal("\"network\":{\"transport\":");
    if (event.flow.transport == Transport::kTcp) {
        line_.literal("\"tcp\",\"type\":");
    } else {
        line_.literal("\"udp\",\"type\":");
    }
    if (event.flow.ip_version == IpVersion::kV4) {
        line_.literal("\"ipv4\",\"protocol\":\"dns\"");
    } else {
        line_.literal("\"ipv6\",\"protocol\":\"dns\"");
    }
    if (event.direction == Direction::kIngress) line_.literal(",\"direction\":\"ingress\"");
    if (event.direction == Direction::kEgress) line_.literal(",\"direction\":\"egress\"");
    line_.literal(",\"bytes\":");
    line_.number(event.network_bytes);
    line_.literal("},\"source\":");
    append_endpoint(line_, event.flow.source, event.hides_source, event.client_alias);
    line_.literal(",\"destination\":");
    append_endpoint(line_, event.flow.destination, event.hides_destination, event.client_alias);
    line_.put(',');
}

void EcsEncoder::append_interfaces(const Event& event) {
    if (event.interfaces.size() < 2) return; // the observer's says it
    char separator = '[';
    line_.literal(",\"interfaces\":");
    for (const std::string* interface : event.interfaces) {
        line_.put(separator);
        append_json_string(line_, *interface);
        separator = ',';
    }
    line_.put(']');
}

/// One process is an object, several are an array.
void EcsEncoder::append_on_behalf_of(const Event& event) {
    const auto& clients = event.on_behalf_of;
    if (clients.empty()) return;
    line_.literal(",\"on_behalf_of\":");
    if (clients.size() > 1) line_.put('[');
    for (const LocalProcess& client : clients) {
        if (&client != clients.data()) line_.put(',');
        process_.append_full(line_, client);
    }
    if (clients.size() > 1) line_.put(']');
}

void EcsEncoder::append_session(const ProcessDetails& details) {
    if (details.session_id.empty()) return;
    line_.literal(",\"session\":{\"id\":");
    append_json_string(line_, details.session_id);
    line_.literal(",\"user\":{\"id\":");
    append_json_string(line_, details.session_user_id);
    line_.literal("}}");
}

void EcsEncoder::append_dnsmon(const Event& event) {
    const Attribution attribution = event.process ? event.process->owner->attribution : Attribution::kNone;
    line_.literal(",\"dnsmon\":{\"attribution\":\"");
    line_.text(to_string(attribution));
    if (event.heuristic) {
        line_.literal("\",\"detected\":\"heuristic\"");
    } else {
        line_.literal("\",\"detected\":\"port\"");
    }
    if (event.message->error != dns::DecodeError::kNone) {
        append_known(line_, ",\"decode_error\":", dns::to_string(event.message->error));
        line_.literal(",\"decode_error_offset\":");
        line_.number(event.message->error_offset);
    }
    if (event.retransmits > 0) {
        line_.literal(",\"retransmits\":");
        line_.number(event.retransmits);
    }
    if (event.truncated) line_.literal(",\"truncated\":true");
    if (event.unsolicited) line_.literal(",\"unsolicited\":true");
    if (event.gap) line_.literal(",\"gap\":true");
    if (event.process && event.process->details != nullptr) {
        append_known(line_, ",\"unit\":", event.process->details->unit);
        append_session(*event.process->details);
    }
    append_interfaces(event);
    if (event.netns != 0) {
        line_.literal(",\"network_namespace\":");
        line_.number(event.netns);
    }
    dns_.append_rest(line_, event);
    if (event.server_process) {
        line_.literal(",\"server_process\":");
        ProcessJson::append_short(line_, *event.server_process);
    }
    append_on_behalf_of(event);
    line_.put('}');
}

void EcsEncoder::append(std::string& out, const Event& event) {
    line_.clear();
    line_.literal("{\"@timestamp\":\"");
    time_.append(line_, event.time_ns);
    line_.literal("\",");
    append_event(event);
    line_.text(host_);
    append_observer(event);
    append_network(event);
    if (event.process) process_.append_own(line_, *event.process);
    dns_.append(line_, event);
    append_dnsmon(event);
    line_.literal("}\n");
    out.append(line_.view());
}

} // namespace dnsmon
