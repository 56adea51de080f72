// SPDX-License-Identifier: Apache-2.0
// The classic format (draft-ietf-opsawg-pcap): a file header, then records.
#include "capture_file/format.h"

#include <algorithm>
#include <utility>

namespace dnsmon {
namespace {

constexpr std::size_t kFileHeaderBytes = 24;
constexpr std::uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kModified = 0xa1b2cd34;    // Alexey Kuznetsov's: eight bytes more in every record header
constexpr std::uint32_t kDefaultSnapshot = 262144; // as libpcap's MAXIMUM_SNAPLEN: files are seen that exceed their own

/// Very old files have the two lengths of a record in the other order, and 2.3 had both.
enum class Lengths : std::uint8_t { kInOrder, kSwapped, kLargerIsWire };

class PcapFormat : public CaptureFormat {
  public:
    PcapFormat(std::span<const std::uint8_t> header, WriterOrder order) : order_(order) {
        const std::uint32_t magic = order.u32(header, 0);
        const unsigned major = order.u16(header, 4);
        const unsigned minor = order.u16(header, 6);
        nanoseconds_ = magic == kNanoseconds;
        record_header_bytes_ = magic == kModified ? 24 : 16;
        if (major == 2 && minor < 3) lengths_ = Lengths::kSwapped;
        if ((major == 2 && minor == 3) || major == 543) lengths_ = Lengths::kLargerIsWire;
        max_bytes_ = std::clamp(order.u32(header, 16), kDefaultSnapshot, kMaxFrameBytes);
        linktype_ = static_cast<int>(order.u32(header, 20) & 0xffff); // above: length of the FCS
    }

    Result<std::optional<Frame>> next(ByteSource& source) override {
        auto bytes = source.peek(record_header_bytes_);
        if (bytes.empty()) return std::optional<Frame>{};
        if (bytes.size() < record_header_bytes_) return Error{"the file ends inside a record header"};
        std::uint32_t captured = order_.u32(bytes, 8);
        std::uint32_t wire = order_.u32(bytes, 12);
        if (lengths_ == Lengths::kSwapped || (lengths_ == Lengths::kLargerIsWire && captured > wire))
            std::swap(captured, wire);
        if (captured > max_bytes_) return Error{"a record claims " + std::to_string(captured) + " captured bytes"};

        Frame frame;
        frame.time_ns = std::int64_t{order_.u32(bytes, 0)} * 1'000'000'000 +
                        std::int64_t{order_.u32(bytes, 4)} * (nanoseconds_ ? 1 : 1000);
        frame.linktype = linktype_;
        frame.wire_bytes = std::max(wire, captured);
        bytes = source.peek(record_header_bytes_ + captured);
        if (bytes.size() < record_header_bytes_ + captured) return Error{"the file ends inside a record"};
        frame.bytes = bytes.subspan(record_header_bytes_, captured);
        source.consume(record_header_bytes_ + captured);
        return std::optional<Frame>{frame};
    }

    std::string interface_name(std::uint32_t) const override { return {}; }

  private:
    WriterOrder order_;
    bool nanoseconds_ = false;
    std::size_t record_header_bytes_ = 16;
    Lengths lengths_ = Lengths::kInOrder;
    std::uint32_t max_bytes_ = kDefaultSnapshot;
    int linktype_ = 0;
};

bool is_magic(std::uint32_t value) {
    return value == kMicroseconds || value == kNanoseconds || value == kModified;
}

} // namespace

Result<std::unique_ptr<CaptureFormat>> open_pcap(ByteSource& source) {
    const auto header = source.peek(kFileHeaderBytes);
    for (const bool big_endian : {false, true}) {
        const WriterOrder order(big_endian);
        if (header.size() < 4 || !is_magic(order.u32(header, 0))) continue;
        if (header.size() < kFileHeaderBytes) return Error{"the file ends inside its header"};
        auto format = std::make_unique<PcapFormat>(header, order);
        source.consume(kFileHeaderBytes);
        return std::unique_ptr<CaptureFormat>(std::move(format));
    }
    return std::unique_ptr<CaptureFormat>{};
}

} // namespace dnsmon
