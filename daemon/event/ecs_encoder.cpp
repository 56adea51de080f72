// SPDX-License-Identifier: Apache-2.0
#include "event/ecs_encoder.h"

#include "event/event_text.h"
#include "event/ip_text.h"
#include "event/json_append.h"

#include <algorithm>

namespace dnsmon {

namespace {

void append_endpoint(Line& line, const Endpoint& endpoint, bool hides_address) {
    line.put('{');
    if (!hides_address) {
        line.literal("\"ip\":\"");
        append_address(line, endpoint.address);
        line.literal("\",");
    }
    line.literal("\"port\":");
    line.number(endpoint.port);
    line.put('}');
}

/// `,"key":"value"`, nothing when the value is not known.
template <std::size_t N>
void append_known(Line& line, const char (&key)[N], std::string_view value) {
    if (value.empty()) return;
    line.literal(key);
    append_json_string(line, value);
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
    append_endpoint(line_, event.flow.source, event.hides_source);
    line_.literal(",\"destination\":");
    append_endpoint(line_, event.flow.destination, event.hides_destination);
    line_.put(',');
}

/// `{"pid":…}`: the value of process and of dnsmon.server_process.
void EcsEncoder::append_process(const LocalProcess& process) {
    const Owner& owner = *process.owner;
    line_.literal("{\"pid\":");
    line_.number(owner.pid);
    append_known(line_, ",\"name\":", process_name(process));
    const ProcessDetails* details = process.details;
    if (details != nullptr) {
        append_known(line_, ",\"executable\":", details->executable);
        append_known(line_, ",\"command_line\":", details->command_line);
        if (details->started_at_ns != 0) {
            line_.literal(",\"start\":\"");
            start_.append_milliseconds(line_, details->started_at_ns);
            line_.put('"');
        }
    }
    const std::string_view thread_name = comm_view(owner.thread_name);
    if (owner.tid != 0) {
        line_.literal(",\"thread\":{\"id\":");
        line_.number(owner.tid);
        append_known(line_, ",\"name\":", thread_name);
        line_.put('}');
    } else if (!thread_name.empty()) {
        line_.literal(",\"thread\":{\"name\":");
        append_json_string(line_, thread_name);
        line_.put('}');
    }
    if (details != nullptr && details->parent_pid != 0) {
        line_.literal(",\"parent\":{\"pid\":");
        line_.number(details->parent_pid);
        append_known(line_, ",\"name\":", details->parent_name);
        line_.put('}');
    }
    line_.put('}');
}

void EcsEncoder::append_identity(const LocalProcess& process) {
    line_.literal("\"user\":{\"id\":\"");
    line_.number(process.owner->uid);
    line_.put('"');
    append_known(line_, ",\"name\":", process.user_name);
    line_.literal("},\"group\":{\"id\":\"");
    line_.number(process.owner->gid);
    line_.put('"');
    append_known(line_, ",\"name\":", process.group_name);
    line_.literal("},");
}

void EcsEncoder::append_container(const ProcessDetails& details) {
    if (details.container_id.empty()) return;
    line_.literal("\"container\":{\"id\":");
    append_json_string(line_, details.container_id);
    append_known(line_, ",\"runtime\":", details.container_runtime);
    line_.literal("},");
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
        append_process(client);
    }
    if (clients.size() > 1) line_.put(']');
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
    }
    append_interfaces(event);
    dns_.append_rest(line_, event);
    if (event.server_process) {
        line_.literal(",\"server_process\":");
        append_process(*event.server_process);
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
    if (event.process) {
        line_.literal("\"process\":");
        append_process(*event.process);
        line_.put(',');
        append_identity(*event.process);
        if (event.process->details != nullptr) append_container(*event.process->details);
    }
    dns_.append(line_, event);
    append_dnsmon(event);
    line_.literal("}\n");
    out.append(line_.view());
}

} // namespace dnsmon
