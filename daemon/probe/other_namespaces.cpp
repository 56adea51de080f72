// SPDX-License-Identifier: Apache-2.0
#include "probe/other_namespaces.h"

#include "dnsmon_abi.h"
#include "probe/cgroup2.h"
#include "probe/libbpf_log.h"
#include "probe/netns.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <array>
#include <cerrno>

namespace dnsmon {
namespace {

constexpr std::string_view kEvery = "all";
constexpr std::array kShared{"owners", "listeners", "sent", "counters", "ring", "fragments", "content_flows"};
constexpr std::uint32_t kLoopback = 1; // in every namespace

std::string path_of(const std::string& name) { return name.starts_with('/') ? name : "/run/netns/" + name; }

} // namespace

Result<OtherNamespaces> OtherNamespaces::attach(const CaptureConfig& capture, const BpfObject& capture_object,
                                                bool egress_names_sender, std::vector<HookStatus>& status) {
    auto cgroup = open_cgroup2_root();
    if (!cgroup) return std::move(cgroup).error().within("capture.namespaces");
    const bool every = capture.namespaces.front() == kEvery;
    auto object = open_namespaces(capture.ports, capture.detect == Detect::kAnyPort, capture.loopback,
                                  own_netns_inode(), every, egress_names_sender);
    if (!object) return std::move(object).error();
    const LibbpfLog log;
    for (const char* name : kShared) {
        bpf_map* map = ::bpf_object__find_map_by_name(object->get(), name);
        if (const int error = ::bpf_map__reuse_fd(map, capture_object.map_fd(name)); error != 0)
            return log.explain("capture.namespaces: sharing maps", -error);
    }
    const bool both_ways = kernel_shows_sockets();
    bpf_program* ingress = ::bpf_object__find_program_by_name(object->get(), "namespace_ingress");
    ::bpf_program__set_autoload(ingress, both_ways);
    if (const int error = object->load(); error != 0) return log.explain("capture.namespaces: loading", -error);

    OtherNamespaces namespaces(std::move(object).value(), every ? std::vector<std::string>{} : capture.namespaces);
    for (const char* name : {"namespace_egress", "namespace_ingress"}) {
        bpf_program* program = ::bpf_object__find_program_by_name(namespaces.object_.get(), name);
        HookStatus hook{name, true, true, {}};
        if (program == ingress && !both_ways) {
            hook.attached = false;
            hook.problem = "before Linux 6.2 nothing but loopback can be watched in other namespaces";
        } else {
            bpf_link* link = ::bpf_program__attach_cgroup(program, cgroup->get());
            if (link == nullptr) return log.explain("capture.namespaces: attaching", errno);
            namespaces.links_.emplace_back(link);
        }
        status.push_back(std::move(hook));
    }
    namespaces.refresh();
    return namespaces;
}

void OtherNamespaces::refresh() {
    std::set<std::uint32_t> now;
    for (const std::string& name : names_)
        if (const auto inode = netns_inode(path_of(name)); inode != 0) now.insert(inode);
    const int map = object_.map_fd("wanted_namespaces");
    const std::uint8_t present = 1;
    for (const std::uint32_t inode : wanted_)
        if (!now.contains(inode)) ::bpf_map_delete_elem(map, &inode);
    for (const std::uint32_t inode : now)
        if (!wanted_.contains(inode)) ::bpf_map_update_elem(map, &inode, &present, BPF_ANY);
    wanted_ = std::move(now);
}

std::uint32_t OtherNamespaces::device(std::uint32_t netns, std::uint32_t ifindex, bool renewed) {
    const Place place{netns, ifindex};
    const auto known = devices_.find(place);
    if (known != devices_.end()) {
        if (!renewed) return known->second;
        places_.erase(known->second);
        devices_.erase(known);
    }
    if (devices_.size() >= kMaxDevices) {
        devices_.clear();
        places_.clear();
    }
    const std::uint32_t key = ++last_device_ | kDeviceBit;
    devices_.emplace(place, key);
    places_.emplace(key, place);
    return key;
}

std::string_view OtherNamespaces::device_name(std::uint32_t key) {
    const auto known = places_.find(key);
    if (known == places_.end()) return {};
    const dnsmon_device_key place{known->second.first, known->second.second};
    std::array<char, DNSMON_DEVICE_BYTES + 1> name{};
    if (::bpf_map_lookup_elem(object_.map_fd("device_names"), &place, name.data()) == 0)
        name_ = name.data();
    else
        name_ = place.ifindex == kLoopback ? "lo" : ""; // before Linux 6.2 nothing else comes
    return name_;
}

} // namespace dnsmon
