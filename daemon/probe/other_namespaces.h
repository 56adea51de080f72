// SPDX-License-Identifier: Apache-2.0
// The other network namespaces (capture.namespaces), watched by two programs at the root of the control groups: no
// socket in any of them, which would keep it alive, and no privilege after attaching. Which namespaces the names stand
// for is looked up now and then, for they come and go. What exists is attached. Loop thread only; bounded.
#pragma once

#include "config/config.h"
#include "probe/bpf_link.h"
#include "probe/probe.h"
#include "probe/skeletons.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dnsmon {

class OtherNamespaces {
  public:
    /// After the owner hooks, so that each packet's sender is known by then. Shares the maps of `capture_object`; adds
    /// what became of its programs to `status`.
    [[nodiscard]] static Result<OtherNamespaces> attach(const CaptureConfig& capture, const BpfObject& capture_object,
                                                        bool egress_names_sender, std::vector<HookStatus>& status);

    void set_ports(const std::vector<std::uint16_t>& ports) const { object_.set_ports(ports); }
    void detach() { links_.clear(); }
    /// Asks again which namespaces the names stand for.
    void refresh();

    /// A number that stands for a device of another namespace, as Packet::interface; no interface's own.
    /// `renewed`: it is another one than was known by that place, or has another name; it gets another number.
    [[nodiscard]] std::uint32_t device(std::uint32_t netns, std::uint32_t ifindex, bool renewed);
    [[nodiscard]] static bool is_device(std::uint32_t key) { return (key & kDeviceBit) != 0; }
    /// Valid until the next call of any method. Empty: not known any more.
    [[nodiscard]] std::string_view device_name(std::uint32_t key);

  private:
    static constexpr std::uint32_t kDeviceBit = 1U << 31; // indices of interfaces are positive int
    static constexpr std::size_t kMaxDevices = 4096;
    using Place = std::pair<std::uint32_t, std::uint32_t>; ///< namespace, interface index

    OtherNamespaces(BpfObject object, std::vector<std::string> names)
        : object_(std::move(object)), names_(std::move(names)) {}

    BpfObject object_; // outlives the links
    std::vector<BpfLink> links_;
    std::vector<std::string> names_; ///< empty: every namespace is watched
    std::set<std::uint32_t> wanted_; ///< what they stand for now, as inode numbers
    std::map<Place, std::uint32_t> devices_;
    std::unordered_map<std::uint32_t, Place> places_;
    std::uint32_t last_device_ = 0;
    std::string name_;
};

} // namespace dnsmon
