// SPDX-License-Identifier: Apache-2.0
// Beside tracing hooks, which know a flow's last sender: egress enters each packet's own, where the kernel lets it ask
// (Linux ≥ 6.2, cgroup2). What exists is attached. Loop thread only.
#pragma once

#include "probe/bpf_link.h"
#include "probe/owner_settings.h"

#include <cstdint>
#include <vector>

namespace dnsmon {

class PacketSenders {
  public:
    [[nodiscard]] static Result<PacketSenders> attach(const OwnerSettings& settings);

    /// The map of the programs that have sent.
    [[nodiscard]] int programs_fd() const { return object_.map_fd("programs"); }
    void set_ports(const std::vector<std::uint16_t>& ports) const { object_.set_ports(ports); }

  private:
    PacketSenders(BpfObject object, BpfLink link) : object_(std::move(object)), link_(std::move(link)) {}

    BpfObject object_; // outlives the link
    BpfLink link_;
};

} // namespace dnsmon
