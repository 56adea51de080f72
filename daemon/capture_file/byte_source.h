// SPDX-License-Identifier: Apache-2.0
// The bytes of a file or pipe in order, inflated when they are gzip'd (RFC 1952), with as much look-ahead as is asked
// for. Takes what a pipe has to give at once and waits only for bytes that are needed. Knows nothing of captures.
#pragma once

#include "util/fd.h"
#include "util/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct z_stream_s;

namespace dnsmon {

class ByteSource {
  public:
    /// "-" is standard input.
    [[nodiscard]] static Result<ByteSource> open(const std::string& path);

    /// At least `wanted` bytes from the current place on, without consuming them; fewer only at the end of the data or
    /// where reading failed (failure() says). Valid until the next call.
    [[nodiscard]] std::span<const std::uint8_t> peek(std::size_t wanted);
    void consume(std::size_t bytes) {
        begin_ += bytes;
        offset_ += bytes;
    } ///< at most what peek() returned
    /// Consumes without keeping; false: the data ended before.
    [[nodiscard]] bool skip(std::uint64_t bytes);

    [[nodiscard]] std::uint64_t offset() const { return offset_; } ///< of the current place, in the inflated data
    [[nodiscard]] bool compressed() const { return inflater_ != nullptr; }
    [[nodiscard]] const std::string& failure() const { return failure_; }  ///< empty: none
    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; } ///< of the file as stored
    [[nodiscard]] std::uint64_t file_bytes() const { return file_bytes_; } ///< 0: not known

  private:
    struct InflaterDelete {
        void operator()(z_stream_s* stream) const;
    };

    explicit ByteSource(Fd fd);
    [[nodiscard]] Result<void> start_inflating();
    [[nodiscard]] std::size_t produce(std::span<std::uint8_t> room);
    [[nodiscard]] std::size_t read_stored(std::span<std::uint8_t> room);
    [[nodiscard]] std::size_t inflate_into(std::span<std::uint8_t> room);

    Fd fd_;
    std::unique_ptr<z_stream_s, InflaterDelete> inflater_;
    std::vector<std::uint8_t> stored_; ///< gzip'd bytes that wait for the inflater
    std::vector<std::uint8_t> buffer_;
    std::size_t begin_ = 0, end_ = 0; ///< what is there, in buffer_
    std::uint64_t offset_ = 0;
    std::uint64_t bytes_read_ = 0;
    std::uint64_t file_bytes_ = 0;
    bool at_end_ = false;
    bool between_members_ = false; ///< a gzip member has just ended
    std::string failure_;
};

} // namespace dnsmon
