// SPDX-License-Identifier: Apache-2.0
// The kernel half, attached: owner hooks of one flavour, the capture filter on its AF_PACKET sockets, the ring. What
// exists is attached; destruction detaches everything. Loop thread only.
#pragma once

#include "config/config.h"
#include "packet/packet.h"
#include "process/program_facts.h"
#include "probe/features.h"
#include "probe/owner_key.h"
#include "util/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dnsmon {

/// One hook of the plan and what became of it.
struct HookStatus {
    std::string name;    ///< "fentry/udp_sendmsg", "cgroup_skb/egress"
    bool attached = false;
    bool optional = false;
    std::string problem; ///< why not attached
};

/// "fentry", "kprobe", "cgroup", "none", "auto": as in the configuration.
[[nodiscard]] const char* to_string(HookMode mode);

/// Which flavour was taken, and why not the ones before it.
struct HookPlan {
    HookMode mode = HookMode::kNone; ///< never kAuto
    std::vector<HookStatus> hooks;
    std::vector<std::string> passed_over; ///< "fentry: loading: Operation not permitted"
    [[nodiscard]] std::string summary() const; ///< one line for the log
};

/// Sums over all CPUs of bpf/dnsmon_abi.h's enum dnsmon_counter.
struct KernelCounters {
    std::uint64_t seen = 0, matched = 0, submitted = 0, ring_full = 0, cut = 0, fragments = 0, no_owner = 0;
    std::uint64_t fragments_early = 0; ///< later fragments taken before their first was seen
    std::uint64_t owner_updates = 0, owner_failed = 0;
    std::uint64_t owner_evictions = 0; ///< estimated: the kernel does not count them
    std::uint64_t owner_entries = 0;   ///< in the owners map now; estimated likewise
    std::uint64_t hook_misses = 0;     ///< calls of a hooked function that ran without its hook
};

enum class OwnerFlavour : std::uint8_t;

class Probe {
  public:
    /// Tries the flavours that `config.hooks.mode` allows, in order; with kAuto and none possible the capture runs
    /// unattributed (mode kNone). A forced mode that cannot attach is an Error; code EPERM: a permission is missing.
    [[nodiscard]] static Result<Probe> attach(const CaptureConfig& capture, const HooksConfig& hooks);
    /// The same with exactly one flavour, for tests that compare them.
    [[nodiscard]] static Result<Probe> attach_flavour(const CaptureConfig& capture, const HooksConfig& hooks,
                                                      OwnerFlavour flavour);
    ~Probe();
    Probe(Probe&&) noexcept;
    Probe& operator=(Probe&&) noexcept;

    [[nodiscard]] const HookPlan& plan() const;
    [[nodiscard]] int ring_fd() const; ///< readable when records wait; for epoll
    using OnPacket = std::function<void(const Packet&)>;
    /// Hands the waiting packets to `on_packet` (bytes valid during the call) up to `limit`, as RingReader::drain() counts.
    Result<std::uint64_t> drain(const OnPacket& on_packet, std::uint64_t limit);
    /// Takes the packets of these ports from now on. An Error: sockets that are older than that have no owner.
    Result<void> set_ports(const std::vector<std::uint16_t>& ports);
    /// Readable when this host's devices or addresses have changed, for epoll.
    [[nodiscard]] int network_fd() const;
    /// To be called then. What became of named interfaces, in words for the log.
    std::vector<std::string> follow_network();
    /// Stops taking new packets; what is in the ring stays for drain().
    void stop_capture();
    [[nodiscard]] KernelCounters counters() const;
    /// Whether this process may use the maps that it holds, as it is now.
    [[nodiscard]] bool maps_usable() const;
    /// Of a Packet::interface: the device's name as of now; empty when it is gone and was never seen.
    [[nodiscard]] std::string_view interface_name(std::uint32_t key);
    /// What the hooks noted of the owner's program when it sent. Any thread.
    [[nodiscard]] std::optional<ProgramFacts> program_of(const Owner& owner) const;
    /// Who serves there, where that is in another network namespace that this host reaches by a device (a container); else
    /// attribution kNone. For queries whose receiver the kernel did not know.
    [[nodiscard]] Owner find_server(std::uint8_t protocol, const Endpoint& server);
    /// Re-reads what drifts: the offset between CLOCK_MONOTONIC and the wall clock (NTP steps), interface names, this
    /// host's addresses. Call now and then.
    void resync_clock();

  private:
    struct State;
    explicit Probe(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace dnsmon
