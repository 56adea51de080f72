// SPDX-License-Identifier: Apache-2.0
// Events of every shape for the encoders' tests: DNS messages built byte by byte, decoded, and put into an Event whose
// views stay valid as long as the Sample lives.
#pragma once

#include "event/event.h"
#include "packet_builder.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace dnsmon::test {

/// "google.com" -> labels; "" is the root.
inline Bytes dns_name(std::string_view dotted) {
    Bytes out;
    while (!dotted.empty()) {
        const std::string_view label = dotted.substr(0, dotted.find('.'));
        put8(out, label.size());
        append(out, text(label));
        dotted.remove_prefix(std::min(dotted.size(), label.size() + 1));
    }
    put8(out, 0);
    return out;
}
inline Bytes dns_pointer(std::size_t offset) {
    Bytes out;
    put16(out, 0xc000 | offset);
    return out;
}
inline Bytes dns_header(std::uint16_t id, std::uint16_t flags, std::vector<std::size_t> counts) {
    Bytes out;
    put16(out, id), put16(out, flags);
    counts.resize(4);
    for (const std::size_t count : counts) put16(out, count);
    return out;
}
inline Bytes dns_question(const Bytes& name, std::uint16_t type, std::uint16_t klass = 1) {
    Bytes out = name;
    put16(out, type), put16(out, klass);
    return out;
}
inline Bytes dns_record(const Bytes& name, std::uint16_t type, std::uint32_t ttl, const Bytes& rdata,
                        std::uint16_t klass = 1) {
    Bytes out = name;
    put16(out, type), put16(out, klass), put32(out, ttl), put16(out, rdata.size());
    append(out, rdata);
    return out;
}
inline Bytes dns_opt(std::uint16_t udp_size, std::uint32_t ttl, const Bytes& options = {}) {
    return dns_record(dns_name(""), 41, ttl, options, udp_size);
}
inline Bytes dns_option(std::uint16_t code, const Bytes& value) {
    Bytes out;
    put16(out, code), put16(out, value.size());
    append(out, value);
    return out;
}

inline Address parse_address(const std::string& name) {
    const Bytes bytes = address(name);
    return bytes.size() == 4 ? Address::v4(bytes.data()) : Address::v6(bytes.data());
}

/// Owns what an Event only looks at. Not copied or moved: the event points into it.
struct Sample {
    Bytes wire;
    dns::Message message;
    Owner owner, server_owner;
    ProcessDetails details, server_details;
    std::string uplink = "wlan0", bridge = "br0";
    std::vector<const std::string*> crossed;
    std::vector<LocalProcess> clients;
    Event event;

    explicit Sample(Bytes bytes) : wire(std::move(bytes)) {
        dns::decode(wire, message);
        event.message = &message;
        event.action = message.header.response ? Action::kResponse : Action::kQuery;
        event.time_ns = 1'795'435'200'123'456'789; // 2026-11-23T12:00:00.123456789Z
        event.network_bytes = static_cast<std::uint32_t>(wire.size());
    }
    Sample(const Sample&) = delete;
    Sample& operator=(const Sample&) = delete;

    Sample& between(const std::string& source, std::uint16_t source_port, const std::string& destination,
                    std::uint16_t destination_port, Transport transport = Transport::kUdp) {
        event.flow.source = {parse_address(source), source_port};
        event.flow.destination = {parse_address(destination), destination_port};
        event.flow.transport = transport;
        event.flow.ip_version = event.flow.source.address.is_v4() ? IpVersion::kV4 : IpVersion::kV6;
        return *this;
    }
    /// The process of schema.md's example, as the kernel knows it.
    Sample& by_dig() {
        owner.attribution = Attribution::kExact;
        owner.pid = 10738;
        owner.tid = 10739;
        set_comm(owner.thread_name, "isc-net-0000");
        set_comm(owner.process_name, "dig");
        event.process = LocalProcess{&owner, nullptr, {}, {}};
        return *this;
    }
    /// … and as /proc does.
    Sample& with_details() {
        details.pid = 10738;
        details.started_at_ns = 1'795'435'199'900'000'000;
        details.name = "dig";
        details.executable = "/usr/bin/dig";
        details.command_line = "dig @1.1.1.1 google.com +tcp";
        details.parent_pid = 10001;
        details.parent_name = "bash";
        event.process->details = &details;
        event.process->user_name = "root";
        return *this;
    }

    static void set_comm(std::array<char, 16>& comm, std::string_view name) {
        std::memcpy(comm.data(), name.data(), std::min(name.size(), comm.size()));
    }
};
using SamplePtr = std::unique_ptr<Sample>;

/// google.com A -> 142.251.12.101 over TCP, as in schema.md.
inline SamplePtr google_response() {
    auto sample = std::make_unique<Sample>(
        join(dns_header(51234, 0x8180, {1, 1, 0, 1}), dns_question(dns_name("google.com"), 1),
             dns_record(dns_pointer(12), 1, 300, address("142.251.12.101")), dns_opt(1232, 0)));
    sample->between("1.1.1.1", 53, "192.168.44.3", 57915, Transport::kTcp).by_dig();
    sample->event.interface = "ens18";
    sample->event.direction = Direction::kIngress;
    sample->event.duration_ns = 1834211;
    sample->event.sequence = 1042;
    return sample;
}

inline SamplePtr google_query() {
    auto sample =
        std::make_unique<Sample>(join(dns_header(51234, 0x0100, {1}), dns_question(dns_name("google.com"), 1)));
    sample->between("192.168.44.3", 57915, "1.1.1.1", 53);
    sample->event.interface = "ens18";
    sample->event.direction = Direction::kEgress;
    return sample;
}

/// Every field that can be there is there in one of these.
std::vector<SamplePtr> maximal_samples();
/// Damaged and hostile ones: `count` messages made from real ones by flipping bytes, with names of random bytes.
std::vector<SamplePtr> hostile_samples(std::size_t count, std::uint32_t seed);

} // namespace dnsmon::test
