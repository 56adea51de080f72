// SPDX-License-Identifier: Apache-2.0
// The owner hooks of one flavour, loaded and attached. What exists is attached; destruction detaches. Nothing is pinned,
// so nothing outlives the process either. Loop thread only.
#pragma once

#include "probe/probe.h"
#include "probe/skeletons.h"
#include "util/result.h"

#include <memory>
#include <vector>

struct bpf_link;

namespace dnsmon {

struct DetachLink {
    void operator()(bpf_link* link) const;
};

/// Maps of the capture object that the hooks write to, and settings.
struct OwnerSettings {
    int owners_fd = -1;
    int counters_fd = -1;
    int sent_fd = -1;
    int listeners_fd = -1;
    const std::vector<std::uint16_t>& ports;
    bool any_port = false;    ///< senders on other ports matter, too
    std::uint32_t owners = 0; ///< entries of the owners map
};

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
    void set_ports(const std::vector<std::uint16_t>& ports) const { object_.set_ports(ports); }
    [[nodiscard]] bpf_object* object() const { return object_.get(); }

  private:
    explicit OwnerHooks(BpfObject object) : object_(std::move(object)) {}

    BpfObject object_; // outlives the links
    std::vector<std::unique_ptr<bpf_link, DetachLink>> links_;
    std::vector<HookStatus> status_;
    std::uint32_t own_netns_ = 0;
    int programs_fd_ = -1;
    bool numbers_by_inode_ = false;
    bool names_packets_ = false;
    bool names_by_cookie_ = false;
};

} // namespace dnsmon
