// SPDX-License-Identifier: Apache-2.0
#include "probe/skeletons.h"

#include "probe/kernel_memory.h"

#include "capture.skel.h"
#include "namespaces.skel.h"
#include "owner_cgroup.skel.h"
#include "owner_cookie.skel.h"
#include "owner_fentry.skel.h"
#include "owner_kprobe.skel.h"

#include <bpf/btf.h>
#include <linux/btf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

namespace dnsmon {
namespace {

/// Byte by byte: packets that pass meanwhile see a mixture of both sets, which are alike in all other bits.
template <typename Skeleton>
void set_ports(void* skeleton, const std::vector<std::uint16_t>& ports) {
    std::array<std::uint8_t, DNSMON_PORT_BYTES> bits{};
    for (const std::uint16_t port : ports) {
        auto& byte = bits[port >> 3];
        byte = static_cast<std::uint8_t>(byte | (1U << (port & 7U)));
    }
    std::copy(bits.begin(), bits.end(), static_cast<Skeleton*>(skeleton)->bss->dns_ports);
}

// bpftool gives every skeleton the same static functions.
template <typename Skeleton>
Result<BpfObject> open(const std::vector<std::uint16_t>& ports, bool any_port) {
    Skeleton* skeleton = Skeleton::open();
    if (skeleton == nullptr) return system_error("opening BPF object", errno);
    set_ports<Skeleton>(skeleton, ports);
    skeleton->rodata->any_port = any_port;
    return BpfObject(skeleton, skeleton->obj, skeleton->skeleton,
                     {[](void* p) { Skeleton::destroy(static_cast<Skeleton*>(p)); }, set_ports<Skeleton>});
}

bool kernel_has(const char* name, std::uint32_t kind) {
    const std::unique_ptr<btf, void (*)(btf*)> kernel(::btf__load_vmlinux_btf(), ::btf__free);
    return kernel != nullptr && ::btf__find_by_name_kind(kernel.get(), name, kind) > 0;
}

/// Linux ≥ 6.10: inet_csk_accept(sk, struct proto_accept_arg *).
bool accept_takes_argument() { return kernel_has("proto_accept_arg", BTF_KIND_STRUCT); }

Result<BpfObject> open_fentry(const std::vector<std::uint16_t>& ports, bool any_port) {
    auto object = open<owner_fentry>(ports, any_port);
    if (object) static_cast<owner_fentry*>(object->skeleton())->rodata->accept_takes_argument = accept_takes_argument();
    return object;
}

Result<BpfObject> open_cgroup(const std::vector<std::uint16_t>& ports, bool any_port) {
    auto object = open<owner_cgroup>(ports, any_port);
    // See bpf/program.bpf.h for what the one has to do with the other.
    if (object) static_cast<owner_cgroup*>(object->skeleton())->rodata->user_memory_readable = kernel_memory_readable();
    return object;
}

} // namespace

int BpfObject::map_fd(const char* name) const { return ::bpf_object__find_map_fd_by_name(object_, name); }

// Through the skeleton, not bpf_object__load: it also maps the global variables into our memory.
int BpfObject::load() { return ::bpf_object__load_skeleton(parts_); }

Result<BpfObject> open_capture(const std::vector<std::uint16_t>& ports, bool any_port, bool loopback,
                               std::uint32_t limit_bytes) {
    auto object = open<capture>(ports, any_port);
    if (!object) return object;
    auto* settings = static_cast<capture*>(object->skeleton())->rodata;
    settings->skip_loopback = !loopback;
    settings->capture_limit = limit_bytes;
    return object;
}

Result<BpfObject> open_owner(OwnerFlavour flavour, const std::vector<std::uint16_t>& ports, bool any_port,
                             bool netns_known) {
    switch (flavour) {
    case OwnerFlavour::kFentry:
        return open_fentry(ports, any_port);
    case OwnerFlavour::kKprobe:
        return open<owner_kprobe>(ports, any_port);
    case OwnerFlavour::kCgroup:
        return open_cgroup(ports, any_port);
    case OwnerFlavour::kCookie:
        break;
    }
    auto object = open<owner_cookie>(ports, any_port);
    if (object) static_cast<owner_cookie*>(object->skeleton())->rodata->netns_known = netns_known;
    return object;
}

Result<BpfObject> open_senders(const std::vector<std::uint16_t>& ports, bool any_port) {
    auto object = open_cgroup(ports, any_port);
    if (object) static_cast<owner_cgroup*>(object->skeleton())->rodata->senders_only = true;
    return object;
}

Result<BpfObject> open_namespaces(const std::vector<std::uint16_t>& ports, bool any_port, bool loopback,
                                  std::uint32_t own_netns, bool every_namespace, bool egress_names_sender) {
    auto object = open<namespaces>(ports, any_port);
    if (!object) return object;
    auto* skeleton = static_cast<namespaces*>(object->skeleton());
    skeleton->rodata->skip_loopback = !loopback;
    skeleton->rodata->own_netns = own_netns;
    skeleton->rodata->every_namespace = every_namespace;
    skeleton->bss->egress_names_sender = egress_names_sender;
    return object;
}

bool kernel_shows_sockets() { return kernel_has("bpf_cast_to_kern_ctx", BTF_KIND_FUNC); }

void set_capture_netns(const BpfObject& object, std::uint32_t netns) {
    static_cast<capture*>(object.skeleton())->bss->capture_netns = netns;
}

void set_egress_names_sender(const BpfObject& object, bool value) {
    static_cast<capture*>(object.skeleton())->bss->egress_names_sender = value;
}

} // namespace dnsmon
