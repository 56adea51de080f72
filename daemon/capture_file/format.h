// SPDX-License-Identifier: Apache-2.0
// What a capture file's format is to the reader: the next frame out of a ByteSource. pcap_format.cpp and
// pcapng_format.cpp each know one; neither knows file names. Errors name no place: the reader adds file and offset.
#pragma once

#include "capture_file/byte_source.h"
#include "capture_file/reader.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace dnsmon {

/// No interface delivers more in one frame; a record that claims more is damaged, not large.
constexpr std::uint32_t kMaxFrameBytes = 16U << 20;

class CaptureFormat {
  public:
    virtual ~CaptureFormat() = default;
    /// The frame at the source's place, consumed; its bytes are valid until the source is used again.
    /// Nullopt: the data ended between two records. An Error leaves the source at the damaged place; where goes_on() says
    /// so, the next call steps over it.
    [[nodiscard]] virtual Result<std::optional<Frame>> next(ByteSource& source) = 0;
    [[nodiscard]] virtual bool goes_on() const { return false; }
    [[nodiscard]] virtual std::string interface_name(std::uint32_t interface) const = 0;
};

/// Reads the file header. nullptr: another format.
[[nodiscard]] Result<std::unique_ptr<CaptureFormat>> open_pcap(ByteSource& source);
[[nodiscard]] std::unique_ptr<CaptureFormat> open_pcapng(ByteSource& source);

/// Numbers in the byte order of the machine that wrote the file.
class WriterOrder {
  public:
    explicit WriterOrder(bool big_endian = false) : big_(big_endian) {}
    [[nodiscard]] std::uint16_t u16(std::span<const std::uint8_t> bytes, std::size_t at) const {
        const unsigned a = bytes[at];
        const unsigned b = bytes[at + 1];
        return static_cast<std::uint16_t>(big_ ? a << 8 | b : b << 8 | a);
    }
    [[nodiscard]] std::uint32_t u32(std::span<const std::uint8_t> bytes, std::size_t at) const {
        const std::uint32_t a = u16(bytes, at);
        const std::uint32_t b = u16(bytes, at + 2);
        return big_ ? a << 16 | b : b << 16 | a;
    }
    [[nodiscard]] std::uint64_t u64(std::span<const std::uint8_t> bytes, std::size_t at) const {
        const std::uint64_t a = u32(bytes, at);
        const std::uint64_t b = u32(bytes, at + 4);
        return big_ ? a << 32 | b : b << 32 | a;
    }

  private:
    bool big_;
};

} // namespace dnsmon
