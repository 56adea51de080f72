// SPDX-License-Identifier: Apache-2.0
#include "probe/program_records.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <string_view>

namespace dnsmon {
namespace {

std::string path_of(const dnsmon_program& record) {
    std::string path;
    for (std::size_t i = std::min<std::size_t>(record.path_parts, DNSMON_PATH_PARTS); i-- > 0;) {
        path += '/';
        path.append(record.part[i], std::min<std::size_t>(record.part_bytes[i], DNSMON_PART_BYTES));
    }
    return path;
}

/// As /proc/PID/cmdline becomes text: a process that has written over its arguments has one, ended by the first NUL.
std::string arguments_of(const dnsmon_program& record) {
    const std::size_t bytes = std::min<std::size_t>(record.argument_bytes, DNSMON_ARGUMENT_BYTES);
    std::string text(record.arguments, bytes);
    const bool cut = bytes == DNSMON_ARGUMENT_BYTES;
    if (!cut && !text.empty() && text.back() != '\0') text.resize(std::min(text.find('\0'), text.size()));
    while (!text.empty() && text.back() == '\0') text.pop_back();
    std::replace(text.begin(), text.end(), '\0', ' ');
    return text;
}

} // namespace

ProgramFacts to_program_facts(const dnsmon_program& record) {
    ProgramFacts facts;
    facts.executable = path_of(record);
    facts.command_line = arguments_of(record);
    facts.parent_pid = record.parent_pid;
    const std::string_view name(record.parent_name, sizeof(record.parent_name));
    facts.parent_name = name.substr(0, name.find('\0'));
    return facts;
}

std::optional<ProgramFacts> find_program(int map_fd, const Owner& owner) {
    if (map_fd < 0 || owner.start_ns == 0) return std::nullopt;
    dnsmon_program_key key{};
    key.start_ns = owner.start_ns;
    key.image = owner.image;
    key.pid = owner.pid;
    dnsmon_program record{};
    if (::bpf_map_lookup_elem(map_fd, &key, &record) != 0) return std::nullopt;
    return to_program_facts(record);
}

} // namespace dnsmon
