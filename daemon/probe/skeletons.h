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
    kCgroup, ///< egress asks for the current task (kernel ≥ 6.10)
    kCookie, ///< egress knows the socket only
};

class BpfObject {
  public:
    using Close = void (*)(void*);
    BpfObject(void* skeleton, bpf_object* object, bpf_object_skeleton* parts, Close close)
        : skeleton_(skeleton, close), object_(object), parts_(parts) {}
    [[nodiscard]] bpf_object* get() const { return object_; }
    /// Makes the maps and loads the programs whose autoload is on. 0, or a negative errno value; once only.
    [[nodiscard]] int load();
    [[nodiscard]] void* skeleton() const { return skeleton_.get(); }

  private:
    std::unique_ptr<void, Close> skeleton_;
    bpf_object* object_;
    bpf_object_skeleton* parts_;
};

/// Packets longer than `limit_bytes` (at most the default) are cut.
[[nodiscard]] Result<BpfObject> open_capture(const std::vector<std::uint16_t>& ports, bool loopback,
                                             std::uint32_t limit_bytes = DNSMON_MAX_CAPTURE_BYTES);
/// `netns_known`: kCookie may number namespaces, for this process can name its own.
[[nodiscard]] Result<BpfObject> open_owner(OwnerFlavour flavour, const std::vector<std::uint16_t>& ports,
                                           bool netns_known);
/// After load: the namespace whose loopback the capture sees, as the owner hooks number it.
void set_capture_netns(const BpfObject& capture, std::uint32_t netns);

} // namespace dnsmon
