// SPDX-License-Identifier: Apache-2.0
#include "probe/owner_hooks.h"

#include "probe/cgroup2.h"
#include "probe/kprobe_multi.h"
#include "probe/libbpf_log.h"
#include "probe/netns.h"
#include "util/fd.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <string>
#include <string_view>

namespace dnsmon {
namespace {

bool is_cgroup(OwnerFlavour flavour) {
    return flavour == OwnerFlavour::kCgroup || flavour == OwnerFlavour::kCookie;
}

// Without these a flavour attributes nothing worth having; all other hooks sharpen it.
bool is_required(std::string_view program) {
    constexpr std::array kRequired{std::string_view("udp_sendmsg"), std::string_view("tcp_sendmsg"),
                                   std::string_view("egress")};
    return std::find(kRequired.begin(), kRequired.end(), program) != kRequired.end();
}

Result<BpfObject> open_prepared(OwnerFlavour flavour, const OwnerSettings& settings) {
    auto object = open_owner(flavour, settings.ports, settings.any_port, own_netns_cookie().has_value());
    if (!object) return object;
    if (auto shared = settings.share_maps(*object); !shared) return std::move(shared).error();
    if (bpf_map* sockets = ::bpf_object__find_map_by_name(object->get(), "sockets"); sockets != nullptr)
        ::bpf_map__set_max_entries(sockets, settings.owners);
    return object;
}

/// Two programs at one place are one hook, attached while one of them is.
void add(std::vector<HookStatus>& status, HookStatus hook) {
    const auto same = std::find_if(status.begin(), status.end(), [&](const HookStatus& s) { return s.name == hook.name; });
    if (same == status.end())
        status.push_back(std::move(hook));
    else if (hook.attached)
        *same = std::move(hook);
}

template <typename Visit>
void for_each_program(const BpfObject& object, Visit visit) {
    bpf_program* program = nullptr;
    while ((program = ::bpf_object__next_program(object.get(), program)) != nullptr) visit(program);
}

struct Way {
    OwnerFlavour flavour;
    bool kprobe_multi;
};

// Loads the named programs, all when `names` is empty. The object is of no more use after a failed load.
Result<BpfObject> load(Way way, const OwnerSettings& settings, const std::set<std::string>& names) {
    auto object = open_prepared(way.flavour, settings);
    if (!object) return object;
    for_each_program(*object, [&](bpf_program* program) {
        ::bpf_program__set_autoload(program, names.empty() || names.contains(::bpf_program__name(program)));
        if (way.kprobe_multi) prepare_kprobe_multi(program);
    });
    const LibbpfLog log;
    if (const int error = object->load(); error != 0) return log.explain("loading", -error);
    return object;
}

// One program that this kernel cannot take makes the whole object fail: find it by loading each alone, do without it.
Result<BpfObject> load_what_can_be(Way way, const OwnerSettings& settings, std::vector<HookStatus>& failed) {
    auto all = load(way, settings, {});
    if (all) return all;
    std::set<std::string> good;
    auto candidates = open_prepared(way.flavour, settings);
    if (!candidates) return candidates;
    std::vector<std::pair<std::string, std::string>> programs;
    for_each_program(*candidates, [&](bpf_program* program) {
        programs.emplace_back(::bpf_program__name(program), ::bpf_program__section_name(program));
    });
    for (const auto& [name, section] : programs) {
        auto alone = load(way, settings, {name});
        if (alone) {
            good.insert(name);
        } else if (is_required(name)) {
            return std::move(alone).error().within(section);
        } else {
            failed.push_back({section, false, true, alone.error().message});
        }
    }
    return load(way, settings, good);
}

} // namespace

void OwnerHooks::add_packet_senders(const OwnerSettings& settings) {
    HookStatus hook{"cgroup_skb/egress", true, true, {}};
    if (auto senders = PacketSenders::attach(settings); senders) {
        packet_senders_.emplace(std::move(senders).value());
        programs_fd_ = packet_senders_->programs_fd();
        names_packets_ = true;
    } else {
        hook.attached = false;
        hook.problem = senders.error().message;
    }
    status_.push_back(std::move(hook));
}

void OwnerHooks::set_ports(const std::vector<std::uint16_t>& ports) const {
    object_.set_ports(ports);
    if (packet_senders_) packet_senders_->set_ports(ports);
}

std::uint64_t OwnerHooks::misses() const {
    std::uint64_t sum = 0;
    for_each_program(object_, [&](const bpf_program* program) {
        bpf_prog_info info{};
        std::uint32_t bytes = sizeof info;
        if (::bpf_obj_get_info_by_fd(::bpf_program__fd(program), &info, &bytes) == 0) sum += info.recursion_misses;
    });
    return sum;
}

Result<OwnerHooks> OwnerHooks::attach(OwnerFlavour flavour, const OwnerSettings& settings) {
    Fd cgroup;
    if (is_cgroup(flavour)) {
        auto root = open_cgroup2_root();
        if (!root) return std::move(root).error();
        cgroup = std::move(root).value();
    }

    std::vector<HookStatus> status;
    const Way way{flavour, flavour == OwnerFlavour::kKprobe && kprobe_multi_works()};
    auto object = load_what_can_be(way, settings, status);
    if (!object) return std::move(object).error();

    OwnerHooks hooks(std::move(object).value());
    hooks.numbers_by_inode_ = flavour != OwnerFlavour::kCookie;
    hooks.own_netns_ = flavour == OwnerFlavour::kCookie ? own_netns_cookie().value_or(0) : own_netns_inode();
    hooks.names_by_cookie_ = is_cgroup(flavour);
    hooks.names_packets_ = flavour == OwnerFlavour::kCgroup;
    hooks.programs_fd_ = std::max(::bpf_object__find_map_fd_by_name(hooks.object(), "programs"), -1);
    std::string required_problem;
    int required_error = 0;
    for_each_program(hooks.object_, [&](bpf_program* program) {
        if (!::bpf_program__autoload(program)) return;
        const LibbpfLog log;
        HookStatus hook{::bpf_program__section_name(program), true, !is_required(::bpf_program__name(program)), {}};
        bpf_link* link = way.kprobe_multi ? attach_kprobe_multi(program)
                         : cgroup         ? ::bpf_program__attach_cgroup(program, cgroup.get())
                                          : ::bpf_program__attach(program);
        if (link != nullptr) {
            hooks.links_.emplace_back(link);
        } else {
            const int error = errno;
            hook.attached = false;
            hook.problem = log.explain("attaching", error).message;
            if (!hook.optional && required_error == 0) {
                required_error = error;
                required_problem = hook.name + ": " + hook.problem;
            }
        }
        add(status, std::move(hook));
    });
    if (required_error != 0) return Error{required_problem, required_error};
    hooks.status_ = std::move(status);
    if (!is_cgroup(flavour)) hooks.add_packet_senders(settings);
    return hooks;
}

} // namespace dnsmon
