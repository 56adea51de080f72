// SPDX-License-Identifier: Apache-2.0
#include "process/cgroup_path.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>
#include <vector>

namespace dnsmon {
namespace {

constexpr std::size_t kContainerIdDigits = 64; // OCI runtimes name containers by a SHA-256

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        if (end > 0) parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

/// The path of the hierarchy that systemd manages, else the first that is not the root.
std::string_view choose_path(std::string_view proc_cgroup) {
    std::string_view chosen;
    for (const auto line : split(proc_cgroup, '\n')) {
        const auto first = line.find(':');
        const auto second = line.find(':', first == line.npos ? first : first + 1);
        if (second == line.npos) continue;
        const auto controllers = line.substr(first + 1, second - first - 1);
        const auto path = line.substr(second + 1);
        if (path == "/" || path.empty()) continue;
        if (controllers == "name=systemd") return path;
        if (controllers.empty() || chosen.empty()) chosen = path;
    }
    return chosen;
}

/// systemd escapes a component that could be taken for a kernel file with a leading '_' (cg_unescape).
std::string_view unescaped(std::string_view component) {
    if (component.starts_with('_')) component.remove_prefix(1);
    return component;
}

bool is_unit(std::string_view component) {
    return component.ends_with(".service") || component.ends_with(".scope") || component.ends_with(".socket") ||
           component.ends_with(".mount") || component.ends_with(".swap");
}

/// The 64 hexadecimal digits that end `text` ("docker-<id>", "<id>"), or empty.
std::string_view trailing_id(std::string_view text) {
    if (text.size() < kContainerIdDigits) return {};
    const auto id = text.substr(text.size() - kContainerIdDigits);
    const bool hex = std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    return hex ? id : std::string_view{};
}

std::string_view between(std::string_view text, std::string_view prefix, std::string_view suffix) {
    if (text.size() < prefix.size() + suffix.size() || !text.starts_with(prefix) || !text.ends_with(suffix)) return {};
    return text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
}

struct Runtime {
    std::string_view mark; ///< in the component that holds the id, or in the one before it
    std::string_view name;
};
constexpr std::array<Runtime, 6> kRuntimes{{{"docker", "docker"},
                                            {"libpod", "podman"},
                                            {"cri-containerd", "containerd"},
                                            {"crio", "cri-o"},
                                            {"containerd", "containerd"},
                                            {"podman", "podman"}}};

std::string runtime_of(std::string_view component, std::string_view parent) {
    for (const auto& runtime : kRuntimes)
        if (component.starts_with(runtime.mark) || parent.starts_with(runtime.mark)) return std::string(runtime.name);
    return {};
}

/// A unit's name as systemd was given it: "\\x2d" stands for '-' (systemd.unit(5)).
std::string unit_unescaped(std::string_view text) {
    std::string plain;
    for (; !text.empty(); text.remove_prefix(1)) {
        std::uint8_t byte = 0;
        const bool escaped = text.size() >= 4 && text.starts_with("\\x") &&
                             std::from_chars(text.data() + 2, text.data() + 4, byte, 16).ptr == text.data() + 4;
        plain.push_back(escaped ? static_cast<char>(byte) : text.front());
        if (escaped) text.remove_prefix(3);
    }
    return plain;
}

/// Containers that are named, not numbered. True when `component` is one.
bool named_container(std::string_view component, std::string_view parent, CgroupFacts& facts) {
    const auto take = [&](std::string id, const char* runtime) {
        if (id.empty()) return false;
        facts.container_id = std::move(id);
        facts.container_runtime = runtime;
        return true;
    };
    if (component.starts_with("lxc.payload.")) return take(std::string(component.substr(12)), "lxc");
    if (parent == "lxc") return take(std::string(component), "lxc");
    if (const auto machine = between(component, "machine-", ".scope"); !machine.empty()) {
        const std::string name = unit_unescaped(machine);
        // libvirt registers its virtual machines likewise ("qemu-1-NAME"): they are no containers; its containers ("lxc-1-NAME") are.
        if (name.starts_with("qemu-")) return false;
        return take(name, name.starts_with("lxc-") ? "lxc" : "systemd-nspawn");
    }
    if (const auto machine = between(component, "systemd-nspawn@", ".service"); !machine.empty())
        return take(unit_unescaped(machine), "systemd-nspawn");
    return false;
}

void find_container(const std::vector<std::string_view>& components, CgroupFacts& facts) {
    for (std::size_t i = 0; i < components.size(); ++i) {
        const auto component = unescaped(components[i]);
        const auto parent = i > 0 ? components[i - 1] : std::string_view{};
        if (named_container(component, parent, facts)) return;
        auto stem = component;
        if (stem.ends_with(".scope")) stem.remove_suffix(6);
        const auto id = trailing_id(stem);
        // A pod's group is around its containers' own; podman's conmon is a process of the host beside each.
        if (id.empty() || component.starts_with("libpod_pod_") || component.starts_with("libpod-conmon-")) continue;
        facts.container_id = id;
        facts.container_runtime = runtime_of(component, parent);
        return;
    }
}

} // namespace

SessionFacts session_facts(std::string_view proc_cgroup) {
    SessionFacts facts;
    std::string_view user;
    for (const auto component : split(choose_path(proc_cgroup), '/')) {
        if (const auto uid = between(component, "user-", ".slice"); !uid.empty()) user = uid;
        const auto id = between(component, "session-", ".scope");
        if (id.empty() || user.empty()) continue;
        facts.id = id;
        facts.user_id = user;
        break;
    }
    return facts;
}

CgroupFacts cgroup_facts(std::string_view proc_cgroup) {
    CgroupFacts facts;
    const auto components = split(choose_path(proc_cgroup), '/');
    for (const auto component : components) {
        if (component.ends_with(".slice")) continue;
        // The first component below the slices is the unit; what stands deeper is the unit's own tree.
        if (is_unit(component)) facts.unit = unescaped(component);
        break;
    }
    find_container(components, facts);
    return facts;
}

} // namespace dnsmon
