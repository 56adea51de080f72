// SPDX-License-Identifier: Apache-2.0
// Capture files (pcap, pcapng, either gzip'd, or "-" for a live pipe) as a stream of frames. Never keeps more than one
// frame in memory. Only this room knows the file formats.
#pragma once

#include "packet/packet.h"
#include "util/result.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace dnsmon {

struct Frame {
    std::int64_t time_ns = 0; ///< since the epoch
    int linktype = 0;
    std::uint32_t interface = 0; ///< index into CaptureReader::interface_name
    Direction direction = Direction::kUnknown; ///< as pcapng may say
    std::span<const std::uint8_t> bytes; ///< valid until the next call of next()
    std::uint32_t wire_bytes = 0;        ///< length on the wire, ≥ bytes.size()
};

class CaptureReader {
  public:
    [[nodiscard]] static Result<CaptureReader> open(const std::string& path);
    ~CaptureReader();
    CaptureReader(CaptureReader&&) noexcept;
    CaptureReader& operator=(CaptureReader&&) noexcept;

    /// The next frame; nullopt at the end; an Error ("FILE: at byte N: …") where the file is damaged: nothing follows,
    /// unless goes_on().
    [[nodiscard]] Result<std::optional<Frame>> next();
    /// After an Error: only a packet is damaged, and next() goes on behind it.
    [[nodiscard]] bool goes_on() const;
    /// pcapng's if_name; empty where the file does not say.
    [[nodiscard]] std::string interface_name(std::uint32_t interface) const;
    [[nodiscard]] std::uint64_t bytes_read() const; ///< of the file as stored, for the progress line
    [[nodiscard]] std::uint64_t file_bytes() const; ///< 0: not known (a pipe)

  private:
    struct State;
    explicit CaptureReader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace dnsmon
