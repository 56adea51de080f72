// SPDX-License-Identifier: Apache-2.0
// The owner hooks of one flavour, loaded and attached. What exists is attached; destruction detaches. Loop thread only.
#pragma once

#include "probe/bpf_link.h"
#include "probe/owner_settings.h"
#include "probe/packet_senders.h"
#include "probe/probe.h"

#include <optional>
#include <vector>

namespace dnsmon {

class OwnerHooks {
  public:
    /// An optional hook that fails is recorded in status(); a required one makes it an Error.
    [[nodiscard]] static Result<OwnerHooks> attach(OwnerFlavour flavour, const OwnerSettings& settings);

    [[nodiscard]] const std::vector<HookStatus>& status() const { return status_; }
    /// This process's network namespace as these hooks number it.
    [[nodiscard]] std::uint32_t own_netns() const { return own_netns_; }
    /// Namespaces are numbered as /proc shows them.
    [[nodiscard]] bool numbers_by_inode() const { return numbers_by_inode_; }
    /// Sockets are named by their cookie; else by their inode number.
    [[nodiscard]] bool names_by_cookie() const { return names_by_cookie_; }
    /// Each packet's sender is entered at its egress.
    [[nodiscard]] bool names_packets() const { return names_packets_; }
    /// The map of the programs that have sent; -1: these hooks take no notes.
    [[nodiscard]] int programs_fd() const { return programs_fd_; }
    /// Calls that the kernel let pass without the hook, because the hook was at work on that CPU for a task that had been
    /// put aside (`recursion_misses`, Linux ≥ 5.12). Tracing hooks only.
    [[nodiscard]] std::uint64_t misses() const;
    void set_ports(const std::vector<std::uint16_t>& ports) const;
    [[nodiscard]] bpf_object* object() const { return object_.get(); }

  private:
    explicit OwnerHooks(BpfObject object) : object_(std::move(object)) {}
    void add_packet_senders(const OwnerSettings& settings);

    BpfObject object_; // outlives the links
    std::vector<BpfLink> links_;
    std::optional<PacketSenders> packet_senders_; ///< with tracing hooks
    std::vector<HookStatus> status_;
    std::uint32_t own_netns_ = 0;
    int programs_fd_ = -1;
    bool numbers_by_inode_ = false;
    bool names_packets_ = false;
    bool names_by_cookie_ = false;
};

} // namespace dnsmon
