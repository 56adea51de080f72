// SPDX-License-Identifier: Apache-2.0
#include "event/process_json.h"

#include "event/event_text.h"
#include "event/json_append.h"

namespace dnsmon {

namespace {

constexpr std::size_t kPlaces = 256;       // a power of two
constexpr std::size_t kMaxKeptBytes = 2048; // longer ones are written anew: 512 KiB for all places

void append_identity(TextBuffer& line, const LocalProcess& process) {
    line.literal("\"user\":{\"id\":\"");
    line.number(process.owner->uid);
    line.put('"');
    append_known(line, ",\"name\":", process.user_name);
    line.literal("},\"group\":{\"id\":\"");
    line.number(process.owner->gid);
    line.put('"');
    append_known(line, ",\"name\":", process.group_name);
    line.literal("},");
}

void append_container(TextBuffer& line, const ProcessDetails& details) {
    if (details.container_id.empty()) return;
    line.literal("\"container\":{\"id\":");
    append_json_string(line, details.container_id);
    append_known(line, ",\"runtime\":", details.container_runtime);
    line.literal("},");
}

void append_thread(TextBuffer& line, const Owner& owner) {
    const std::string_view name = comm_view(owner.thread_name);
    if (owner.tid != 0) {
        line.literal(",\"thread\":{\"id\":");
        line.number(owner.tid);
        append_known(line, ",\"name\":", name);
        line.put('}');
    } else if (!name.empty()) {
        line.literal(",\"thread\":{\"name\":");
        append_json_string(line, name);
        line.put('}');
    }
}

} // namespace

ProcessJson::ProcessJson() : written_(kPlaces) {}

ProcessJson::Written& ProcessJson::place_of(const Owner& owner) {
    // Threads of one process have ids in a row, so that they do not push each other out.
    return written_[(owner.pid * 31U + owner.tid) % kPlaces];
}

void ProcessJson::append_own(TextBuffer& line, const LocalProcess& process) {
    const std::uint64_t serial = process.details != nullptr ? process.details->serial : 0;
    if (serial == 0) {
        append_own_anew(line, process);
        return;
    }
    Written& place = place_of(*process.owner);
    if (!place.text.empty() && place.serial == serial && place.owner == *process.owner &&
        place.user_name == process.user_name && place.group_name == process.group_name) {
        line.text(place.text);
        return;
    }
    const std::size_t start = line.size();
    append_own_anew(line, process);
    const std::string_view text = line.view().substr(start);
    if (text.size() > kMaxKeptBytes) return;
    place.owner = *process.owner;
    place.serial = serial;
    place.user_name = process.user_name;
    place.group_name = process.group_name;
    place.text = text;
}

void ProcessJson::append_own_anew(TextBuffer& line, const LocalProcess& process) {
    line.literal("\"process\":");
    append_full(line, process);
    line.put(',');
    append_identity(line, process);
    if (process.details != nullptr) append_container(line, *process.details);
}

void ProcessJson::append_full(TextBuffer& line, const LocalProcess& process) {
    line.literal("{\"pid\":");
    line.number(process.owner->pid);
    append_known(line, ",\"name\":", process_name(process));
    const ProcessDetails* details = process.details;
    if (details != nullptr) {
        append_known(line, ",\"executable\":", details->executable);
        append_known(line, ",\"command_line\":", details->command_line);
        if (details->started_at_ns != 0) {
            line.literal(",\"start\":\"");
            start_.append_milliseconds(line, details->started_at_ns);
            line.put('"');
        }
    }
    append_thread(line, *process.owner);
    if (details != nullptr && details->parent_pid != 0) {
        line.literal(",\"parent\":{\"pid\":");
        line.number(details->parent_pid);
        append_known(line, ",\"name\":", details->parent_name);
        line.put('}');
    }
    line.put('}');
}

void ProcessJson::append_short(TextBuffer& line, const LocalProcess& process) {
    line.literal("{\"pid\":");
    line.number(process.owner->pid);
    append_known(line, ",\"name\":", process_name(process));
    if (process.details != nullptr) append_known(line, ",\"executable\":", process.details->executable);
    line.put('}');
}

} // namespace dnsmon
