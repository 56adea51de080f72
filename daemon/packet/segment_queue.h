// SPDX-License-Identifier: Apache-2.0
// Bytes of one TCP direction that arrived before their turn, and when: pieces by stream position, without overlap. Where two
// segments disagree about the same bytes the first one stays, as in Linux's out-of-order queue. The caller sets limits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dnsmon {

class SegmentQueue {
  public:
    struct Arrival {
        std::size_t end = 0; ///< of the bytes behind those of the arrival before, from the piece's first
        std::int64_t time_ns = 0;
    };
    struct Piece {
        std::uint64_t position = 0; ///< of its first byte in the stream
        std::vector<std::uint8_t> bytes;
        std::vector<Arrival> arrivals;   ///< by `end`, the last at the end of `bytes`
        std::uint32_t missing_bytes = 0; ///< behind `bytes`: known never to come
        [[nodiscard]] std::uint64_t end() const { return position + bytes.size(); }
    };

    void insert(std::uint64_t position, std::span<const std::uint8_t> bytes, std::uint32_t missing_bytes,
                std::int64_t time_ns);
    [[nodiscard]] bool empty() const { return pieces_.empty(); }
    [[nodiscard]] std::uint64_t front_position() const { return pieces_.front().position; }
    [[nodiscard]] Piece pop_front();
    void clear();

    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] std::size_t pieces() const { return pieces_.size(); }

  private:
    void insert_at(std::size_t index, std::uint64_t position, std::span<const std::uint8_t> bytes,
                   std::uint32_t missing_bytes, std::int64_t time_ns);

    std::vector<Piece> pieces_; ///< by position; few, because neighbours are joined
    std::size_t bytes_ = 0;
};

} // namespace dnsmon
