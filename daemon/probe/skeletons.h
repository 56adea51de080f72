// SPDX-License-Identifier: Apache-2.0
// The BPF objects that are linked into the program, opened with their read-only settings filled in and nothing loaded
// yet. Only skeletons.cpp knows the generated headers; everyone else works on libbpf's bpf_object.
#pragma once

#include "dnsmon_abi.h"
#include "util/result.h"

#include <cstdint>
#include <memory>
#include <vector>

struct bpf_object;
struct bpf_object_skeleton;

namespace dnsmon {

enum class OwnerFlavour : std::uint8_t {
    kFentry,
    kKprobe,
    kCgroup, ///< egress asks for the current task (kernel ≥ 6.1)
    kCookie, ///< egress knows the socket only
};

class BpfObject {
  public:
    /// What only code that knows the skeleton's type can do.
    struct Methods {
        void (*close)(void* skeleton);
        void (*set_ports)(void* skeleton, const std::vector<std::uint16_t>& ports);
    };
    BpfObject(void* skeleton, bpf_object* object, bpf_object_skeleton* parts, Methods methods)
        : skeleton_(skeleton, methods.close), object_(object), parts_(parts), set_ports_(methods.set_ports) {}
    [[nodiscard]] bpf_object* get() const { return object_; }
    /// Negative: there is no such map.
    [[nodiscard]] int map_fd(const char* name) const;
    /// Makes the maps and loads the programs whose autoload is on. 0, or a negative errno value; once only.
    [[nodiscard]] int load();
    [[nodiscard]] void* skeleton() const { return skeleton_.get(); }
    /// Before load and after it: running programs take the ports as they are now.
    void set_ports(const std::vector<std::uint16_t>& ports) const { set_ports_(skeleton_.get(), ports); }

  private:
    std::unique_ptr<void, void (*)(void*)> skeleton_;
    bpf_object* object_;
    bpf_object_skeleton* parts_;
    void (*set_ports_)(void*, const std::vector<std::uint16_t>&);
};

/// `any_port`: on the ports that are not listed DNS is looked for by content. Packets longer than `limit_bytes` (at most the default) are cut.
[[nodiscard]] Result<BpfObject> open_capture(const std::vector<std::uint16_t>& ports, bool any_port, bool loopback,
                                             std::uint32_t limit_bytes = DNSMON_MAX_CAPTURE_BYTES);
/// `netns_known`: kCookie may number namespaces, for this process can name its own.
[[nodiscard]] Result<BpfObject> open_owner(OwnerFlavour flavour, const std::vector<std::uint16_t>& ports,
                                           bool any_port, bool netns_known);
/// Of kCgroup's object nothing but egress, which enters each packet's sender and leaves flows and ports to other hooks.
[[nodiscard]] Result<BpfObject> open_senders(const std::vector<std::uint16_t>& ports, bool any_port);
/// After load: the namespace whose loopback the capture sees, as the owner hooks number it.
void set_capture_netns(const BpfObject& capture, std::uint32_t netns);
/// What watches the other namespaces: `own_netns` is the inode number of the one that it leaves out.
[[nodiscard]] Result<BpfObject> open_namespaces(const std::vector<std::uint16_t>& ports, bool any_port, bool loopback,
                                                std::uint32_t own_netns, bool every_namespace,
                                                bool egress_names_sender);
/// Programs may ask for their packet's socket and device: Linux 6.2.
[[nodiscard]] bool kernel_shows_sockets();
/// After load: the owner hooks enter each packet's sender at its egress.
void set_egress_names_sender(const BpfObject& capture, bool value);

} // namespace dnsmon
