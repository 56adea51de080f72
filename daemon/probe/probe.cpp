// SPDX-License-Identifier: Apache-2.0
#include "probe/probe.h"

#include "probe/hook_plan.h"
#include "probe/interface_names.h"
#include "probe/kernel_counters.h"
#include "probe/libbpf_log.h"
#include "probe/local_addresses.h"
#include "probe/network_changes.h"
#include "probe/open_sockets.h"
#include "probe/other_namespaces.h"
#include "probe/other_servers.h"
#include "probe/owner_hooks.h"
#include "probe/packet_sockets.h"
#include "probe/program_records.h"
#include "probe/refusal.h"
#include "probe/ring_reader.h"
#include "probe/skeletons.h"
#include "util/clock.h"
#include "util/fd.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <malloc.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

namespace dnsmon {
namespace {

Result<BpfObject> load_capture(const CaptureConfig& capture, const HooksConfig& hooks) {
    auto object = open_capture(capture.ports, capture.detect == Detect::kAnyPort, capture.loopback);
    if (!object) return object;
    ::bpf_map__set_max_entries(::bpf_object__find_map_by_name(object->get(), "ring"),
                               static_cast<std::uint32_t>(capture.ring_buffer_bytes));
    ::bpf_map__set_max_entries(::bpf_object__find_map_by_name(object->get(), "owners"), hooks.owners);
    const LibbpfLog log;
    if (const int error = object->load(); error != 0) return log.explain("loading capture filter", -error);
    return object;
}

Error explain_hooks(OwnerFlavour flavour, Error error) {
    const Circumstances now = current_circumstances();
    if (flavour == OwnerFlavour::kKprobe) error = explain_perf_refusal(std::move(error), now);
    if (flavour == OwnerFlavour::kKprobe || flavour == OwnerFlavour::kFentry)
        error = explain_lockdown(std::move(error), now);
    return explain_missing_btf(std::move(error), now);
}

} // namespace

struct Probe::State {
    /// Attached, or nothing is left behind.
    static Result<std::unique_ptr<State>> make(const CaptureConfig& capture, const HooksConfig& hooks,
                                               const std::vector<Candidate>& candidates, bool forced);
    explicit State(BpfObject object) : capture(std::move(object)), addresses(capture.map_fd("local_addresses")) {}

    BpfObject capture;
    std::optional<OwnerHooks> hooks;
    std::optional<OpenSockets> open_sockets;
    std::optional<OtherNamespaces> others;
    std::optional<OtherServers> other_servers; ///< where the hooks number namespaces as /proc does
    std::unique_ptr<RingReader> ring;
    PacketSockets sockets;
    std::optional<NetworkChanges> changes;
    HookPlan plan;
    LocalAddresses addresses;
    InterfaceNames interfaces;
    std::uint32_t owners = 0;
};

Result<std::unique_ptr<Probe::State>> Probe::State::make(const CaptureConfig& capture, const HooksConfig& hooks,
                                                         const std::vector<Candidate>& candidates, bool forced) {
    auto object = load_capture(capture, hooks);
    if (!object) return std::move(object).error();
    auto state = std::make_unique<State>(std::move(object).value());
    state->owners = hooks.owners;

    auto ring = RingReader::open(state->capture.map_fd("ring"), capture.ring_buffer_bytes);
    if (!ring) return std::move(ring).error();
    state->ring = std::move(ring).value();

    const OwnerSettings settings{state->capture.map_fd("owners"),         state->capture.map_fd("counters"),
                                 state->capture.map_fd("sent"),         state->capture.map_fd("listeners"),
                                 capture.ports,                            capture.detect == Detect::kAnyPort,
                                 hooks.owners};
    auto plan = choose_hooks(candidates, forced, [&](OwnerFlavour flavour) -> Result<std::vector<HookStatus>> {
        auto attached = OwnerHooks::attach(flavour, settings);
        if (!attached) return explain_hooks(flavour, std::move(attached).error());
        state->hooks.emplace(std::move(attached).value());
        return state->hooks->status();
    });
    if (!plan) return std::move(plan).error();
    state->plan = std::move(plan).value();
    if (state->hooks) {
        set_capture_netns(state->capture, state->hooks->own_netns());
        set_egress_names_sender(state->capture, state->hooks->names_packets());
        state->open_sockets.emplace(settings, *state->hooks);
        auto seeded = state->open_sockets->seed();
        state->plan.hooks.push_back({"sock_diag", seeded.has_value(), true, seeded ? "" : seeded.error().message});
        if (state->hooks->numbers_by_inode())
            state->other_servers.emplace(settings.owners_fd, settings.listeners_fd, state->hooks->own_netns());
    }
    auto changes = NetworkChanges::watch(); // before what they change is looked at
    if (!changes) return std::move(changes).error();
    state->changes.emplace(std::move(changes).value());
    if (auto done = state->addresses.refresh(); !done) return std::move(done).error();
    if (!capture.namespaces.empty()) {
        if (state->hooks && !state->hooks->numbers_by_inode())
            return Error{"capture.namespaces: these hooks cannot tell network namespaces apart (Linux before 6.1)", EOPNOTSUPP};
        auto others = OtherNamespaces::attach(capture, state->capture, state->hooks && state->hooks->names_packets(),
                                              state->plan.hooks);
        if (!others) return std::move(others).error();
        OtherNamespaces& there = state->others.emplace(std::move(others).value());
        state->ring->number_other_devices([&there](std::uint32_t netns, std::uint32_t ifindex, bool renewed) {
            return there.device(netns, ifindex, renewed);
        });
    }

    // Last: every packet from the first on finds its owner.
    bpf_program* filter = ::bpf_object__find_program_by_name(state->capture.get(), "dnsmon_capture");
    auto sockets = PacketSockets::open(::bpf_program__fd(filter), capture.interfaces);
    if (!sockets) return std::move(sockets).error();
    state->sockets = std::move(sockets).value();
    // Loading parsed the kernel's types, some 10 MiB that are never needed again.
    ::malloc_trim(0);
    return state;
}

Probe::Probe(std::unique_ptr<State> state) : state_(std::move(state)) {}
Probe::~Probe() = default;
Probe::Probe(Probe&&) noexcept = default;
Probe& Probe::operator=(Probe&&) noexcept = default;

Result<Probe> Probe::attach(const CaptureConfig& capture, const HooksConfig& hooks) {
    auto state = State::make(capture, hooks, candidates_for(hooks.mode), hooks.mode != HookMode::kAuto);
    if (!state) return explain_refusal(std::move(state).error(), current_circumstances());
    return Probe(std::move(state).value());
}

Result<Probe> Probe::attach_flavour(const CaptureConfig& capture, const HooksConfig& hooks, OwnerFlavour flavour) {
    auto state = State::make(capture, hooks, {candidate_for(flavour)}, true);
    if (!state) return explain_refusal(std::move(state).error(), current_circumstances());
    return Probe(std::move(state).value());
}

const HookPlan& Probe::plan() const { return state_->plan; }

int Probe::ring_fd() const { return state_->ring->fd(); }

Result<std::uint64_t> Probe::drain(const OnPacket& on_packet, std::uint64_t limit) {
    return state_->ring->drain(on_packet, limit);
}

Result<void> Probe::set_ports(const std::vector<std::uint16_t>& ports) {
    // Owners first: the first packet that is captured finds its own.
    if (state_->hooks) state_->hooks->set_ports(ports);
    Result<void> seeded;
    if (state_->open_sockets) {
        state_->open_sockets->set_ports(ports);
        seeded = state_->open_sockets->seed();
    }
    state_->capture.set_ports(ports);
    if (state_->others) state_->others->set_ports(ports);
    return seeded;
}

int Probe::network_fd() const { return state_->changes->fd(); }

std::vector<std::string> Probe::follow_network() {
    state_->changes->discard();
    // Failing leaves the addresses as they were; resync_clock() tries again.
    (void)state_->addresses.refresh();
    state_->interfaces.refresh();
    return state_->sockets.follow();
}

void Probe::stop_capture() {
    state_->sockets.close();
    if (state_->others) state_->others->detach();
}

KernelCounters Probe::counters() const {
    KernelCounters counters = read_kernel_counters(state_->capture.map_fd("counters"), state_->owners);
    if (state_->hooks) counters.hook_misses = state_->hooks->misses();
    return counters;
}

bool Probe::maps_usable() const {
    std::vector<std::uint64_t> values(static_cast<std::size_t>(std::max(::libbpf_num_possible_cpus(), 1)));
    const std::uint32_t first = 0;
    return ::bpf_map_lookup_elem(state_->capture.map_fd("counters"), &first, values.data()) == 0;
}

std::string_view Probe::interface_name(std::uint32_t key) {
    if (state_->others && OtherNamespaces::is_device(key)) return state_->others->device_name(key);
    return state_->interfaces.find(key);
}

std::optional<ProgramFacts> Probe::program_of(const Owner& owner) const {
    return find_program(state_->hooks ? state_->hooks->programs_fd() : -1, owner);
}

Owner Probe::find_server(std::uint8_t protocol, const Endpoint& server) {
    if (!state_->other_servers || state_->addresses.contains(server.address)) return {};
    return state_->other_servers->find(protocol, server, clock_ns(CLOCK_MONOTONIC));
}

void Probe::resync_clock() {
    state_->ring->resync_clock();
    state_->interfaces.refresh();
    if (state_->others) state_->others->refresh();
    if (state_->open_sockets) state_->open_sockets->forget_ended();
    // Failing leaves the addresses as they were; the next call tries again.
    (void)state_->addresses.refresh();
}

} // namespace dnsmon
