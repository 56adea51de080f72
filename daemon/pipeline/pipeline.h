// SPDX-License-Identifier: Apache-2.0
// Packets in, event batches out. The loop thread parses the network layer, joins fragments, looks up the processes and
// hands each flow to its worker; the workers do the rest. All public functions are the loop thread's.
//
// Back pressure: submit() never refuses, but once a worker's queue is full flush() returns false; the caller then stops
// reading its source until on_room was called, so that the kernel's ring absorbs, and counts what it cannot.
#pragma once

#include "packet/fragments.h"
#include "pipeline/crossings.h"
#include "pipeline/ends.h"
#include "pipeline/interface_names.h"
#include "pipeline/port_set.h"
#include "pipeline/recursion.h"
#include "pipeline/worker.h"
#include "process/process_table.h"
#include "stats/counters.h"

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace dnsmon {

struct PipelineOptions {
    TrackerOptions tracker; ///< pairing.entries: over all workers
    EnrichConfig enrich;
    std::size_t workers = 1;
    std::size_t queue_packets = 8192; ///< per worker
    std::vector<std::uint16_t> ports{53};
    bool tunnels = false;  ///< look into GRE, VXLAN and their like (packet/tunnel.h)
    std::int64_t crossing_ns = 0; ///< how long a packet may take from interface to interface; 0: copies are not looked for
    bool any_port = false; ///< look for DNS on the other ports too, by content; else packets of other ports are not DNS
};

class Pipeline {
  public:
    /// `sequence` numbers the events; it outlives the pipeline.
    Pipeline(const PipelineOptions& options, std::atomic<std::uint64_t>& sequence,
             InterfaceNames::Lookup interface_name, const Deliver& deliver, const std::function<void()>& on_room);

    /// What may change while packets come: ports, enrichment and all that the trackers do; each worker takes it between
    /// two batches. The rest of `options` is the constructor's.
    void reconfigure(const PipelineOptions& options);

    void submit(const Packet& packet);
    /// Hands what was submitted to the workers. `now_ns`: the source's clock; what is due by then becomes a timeout.
    /// False: some worker's queue is full and its packets still wait here.
    [[nodiscard]] bool flush(std::int64_t now_ns);
    /// flush() until everything is with the workers, then waits until they are through. Nothing may be submitted afterwards.
    void finish(std::int64_t now_ns);
    /// Who serves at an address that the packets' source knows nobody at; attribution kNone: nobody here.
    using FindServer = std::function<Owner(Transport transport, const Endpoint& server)>;
    void set_server_finder(FindServer find) { find_server_ = std::move(find); }
    /// For the exec watcher, on its thread.
    [[nodiscard]] ProcessTable& processes() { return processes_; }
    /// Packets wait for their copies on other interfaces: flush() is to be called again soon.
    [[nodiscard]] bool holds_packets() const { return crossings_.size() != 0; }
    void refresh_interfaces() { interfaces_.refresh(); }

    [[nodiscard]] std::uint64_t total(Counter counter) const; ///< over the loop thread and all workers
    [[nodiscard]] std::size_t workers() const { return lanes_.size(); }
    [[nodiscard]] std::size_t queued_packets() const;
    [[nodiscard]] std::size_t total(Fill fill) const; ///< over all workers, as of their last batch
    [[nodiscard]] std::size_t pending_fragments() const { return fragments_.pending_fragments(); }
    [[nodiscard]] std::size_t held_packets() const { return crossings_.size(); }
    [[nodiscard]] std::size_t known_processes() const { return processes_.size(); }
    /// How fast servers answer, over all workers (stats/server_latency.h).
    [[nodiscard]] std::vector<ServerAnswers> servers() const;

  private:
    struct Lane {
        std::unique_ptr<Worker> worker;
        PacketBatch batch;
        std::array<const End*, 64> recent{}; ///< some of those in batch.ends, to add the others only

        void keep(const End* end);
        [[nodiscard]] bool offer(); ///< false: the worker's queue is full, and the batch still here
    };

    void submit_layer(const Packet& packet, int tunnels_left);
    void submit_datagram(const Packet& packet, const IpPacket& ip, int tunnels_left);
    /// The datagrams of a UDP packet that segmentation offload made of several; `whole` is what they have in common.
    void submit_datagrams(const Packet& packet, const PacketItem& whole, std::span<const std::uint8_t> rest,
                          std::uint16_t ip_id);
    void submit_item(const Packet& packet, PacketItem& item, std::span<const std::uint8_t> payload, std::uint16_t ip_id);
    [[nodiscard]] bool submit_inner(const Packet& packet, const IpPacket& ip, int tunnels_left);
    [[nodiscard]] bool goes_to_client(const PacketItem& item, std::span<const std::uint8_t> payload) const;
    [[nodiscard]] std::size_t hash_for_lane(const PacketItem& item) const;
    void dispatch(PacketItem& item, std::span<const std::uint8_t> payload);
    void note_fragment_losses();

    PortSet ports_;
    bool any_port_;
    std::int64_t crossing_ns_;
    bool tunnels_;
    InterfaceNames interfaces_;
    FragmentTable fragments_;
    Crossings crossings_;
    Recursion recursion_;
    ProcessTable processes_;
    FindServer find_server_;
    Ends senders_; ///< apart, so that a packet's receiver never takes its sender's place
    Ends receivers_;
    Counters counters_;
    FragmentsLost noted_lost_;
    std::vector<Lane> lanes_;
};

} // namespace dnsmon
