// SPDX-License-Identifier: Apache-2.0
// One packet as a source (the kernel's ring, a capture file) hands it to the pipeline: bytes from the network
// header on, and what the source knew about it. A view: whoever holds a Packet keeps its bytes alive.
#pragma once

#include "process/owner.h"

#include <cstdint>
#include <span>

namespace dnsmon {

enum class Direction : std::uint8_t { kUnknown, kIngress, kEgress };

struct Packet {
    std::int64_t time_ns = 0;             ///< since the epoch: the kernel's time, or the capture's
    std::uint32_t interface = 0;          ///< key into the source's interface names; 0: not known
    std::uint32_t netns = 0;              ///< inode number of the network namespace; 0: our own, or not known
    Direction direction = Direction::kUnknown;
    bool loopback = false;                ///< seen on the loopback device: both ends are on this host
    std::uint16_t ethertype = 0;          ///< 0x0800, 0x86dd; 0: by the version nibble of the first byte
    std::span<const std::uint8_t> bytes;  ///< captured, from the network header on
    std::uint16_t asked_port = 0;         ///< destination port that the sender chose, where it was translated since
    std::uint32_t wire_bytes = 0;         ///< length on the wire from the network header on, ≥ bytes.size()
    std::uint16_t datagram_bytes = 0;     ///< UDP: payload of each of the datagrams that are one packet here (GSO, GRO); 0: one
    Owner sender;                         ///< local process at the source address; attribution kNone: none known
    Owner receiver;                       ///< local process at the destination address
};

} // namespace dnsmon
