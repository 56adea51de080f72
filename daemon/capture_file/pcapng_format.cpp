// SPDX-License-Identifier: Apache-2.0
// pcapng (draft-ietf-opsawg-pcapng): blocks; several sections, interfaces and resolutions. Our own reader because
// libpcap refuses files whose interfaces differ and keeps no interface names (docs/adr/0002-capture-files.md).
#include "capture_file/format.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace dnsmon {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kPacket = 2; // obsolete
constexpr std::uint32_t kSimplePacket = 3;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kByteOrderMagic = 0x1a2b3c4d;

constexpr std::uint16_t kOptionFlags = 2; // of a packet
constexpr std::uint16_t kOptionName = 2;  // of an interface
constexpr std::uint16_t kOptionResolution = 9;
constexpr std::uint16_t kOptionOffset = 14;

constexpr std::size_t kFrameOfBlockBytes = 12; // type and both lengths
constexpr std::size_t kMaxBlockBytes = kMaxFrameBytes + (1U << 20);
constexpr std::size_t kMaxInterfaces = 65536;
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

struct Interface {
    std::string name;
    int linktype = 0;
    std::uint32_t snapshot_bytes = 0; ///< 0: no limit
    std::uint8_t resolution = 6;      ///< 10^-n seconds; with the top bit 2^-n
    std::int64_t offset_seconds = 0;

    [[nodiscard]] std::int64_t nanoseconds(std::uint64_t units) const {
        const unsigned exponent = resolution & 0x7f;
        __extension__ using Wide = __int128; // 64 bits of units times 10^9
        Wide value = units;
        if ((resolution & 0x80) != 0) {
            value = value * kNsPerSecond >> exponent;
        } else {
            for (unsigned i = exponent; i < 9; ++i) value *= 10;
            for (unsigned i = 9; i < exponent && value != 0; ++i) value /= 10;
        }
        value += static_cast<Wide>(offset_seconds) * kNsPerSecond;
        constexpr Wide kLeast = std::numeric_limits<std::int64_t>::min();
        constexpr Wide kMost = std::numeric_limits<std::int64_t>::max();
        return static_cast<std::int64_t>(std::clamp(value, kLeast, kMost));
    }
};

class PcapngFormat : public CaptureFormat {
  public:
    Result<std::optional<Frame>> next(ByteSource& source) override;
    bool goes_on() const override { return damaged_bytes_ != 0; }
    std::string interface_name(std::uint32_t interface) const override {
        return interface < interfaces_.size() ? interfaces_[interface].name : std::string {};
    }

  private:
    Result<std::uint32_t> begin_block(Bytes header);
    Result<std::optional<Frame>> read_block(std::uint32_t type, Bytes body);
    Result<void> read_interface(Bytes body);
    Result<std::optional<Frame>> frame_of(std::uint32_t interface, Bytes body);
    [[nodiscard]] Direction direction_of(Bytes options) const;
    template <typename Visit>
    void for_each_option(Bytes options, Visit&& visit) const;
    Result<std::optional<Frame>> simple_frame(Bytes body);

    WriterOrder order_;
    std::vector<Interface> interfaces_; ///< of all sections
    std::size_t section_begin_ = 0;     ///< the current section's first
    std::int64_t last_ns_ = 0;
    std::uint32_t damaged_bytes_ = 0; ///< of the block that the last Error was about, where its lengths are sound
};

bool has_body(std::uint32_t type) {
    return type == kInterfaceDescription || type == kPacket || type == kSimplePacket || type == kEnhancedPacket;
}

// The block's length; a section header also sets the byte order, which its own length is already in.
Result<std::uint32_t> PcapngFormat::begin_block(Bytes header) {
    if (order_.u32(header, 0) == kSectionHeader) { // reads the same in both orders
        const bool little = WriterOrder(false).u32(header, 8) == kByteOrderMagic;
        const bool big = WriterOrder(true).u32(header, 8) == kByteOrderMagic;
        if (!little && !big) return Error{"a section header without the byte-order magic"};
        order_ = WriterOrder(big);
        section_begin_ = interfaces_.size();
    }
    const std::uint32_t length = order_.u32(header, 4);
    if (length < kFrameOfBlockBytes || length % 4 != 0)
        return Error{"a block claims a length of " + std::to_string(length)};
    return length;
}

Result<std::optional<Frame>> PcapngFormat::next(ByteSource& source) {
    source.consume(std::exchange(damaged_bytes_, 0));
    for (;;) { // ends with the data: every block is at least twelve bytes
        const Bytes header = source.peek(kFrameOfBlockBytes);
        if (header.empty()) return std::optional<Frame>{};
        if (header.size() < kFrameOfBlockBytes) return Error{"the file ends inside a block header"};
        const auto length = begin_block(header);
        if (!length) return length.error();
        const std::uint32_t type = order_.u32(header, 0);
        if (!has_body(type)) {
            if (!source.skip(*length)) return Error{"the file ends inside a block"};
            continue;
        }
        if (*length > kMaxBlockBytes) return Error{"a block claims " + std::to_string(*length) + " bytes"};
        const Bytes block = source.peek(*length);
        if (block.size() < *length) return Error{"the file ends inside a block"};
        if (order_.u32(block, *length - 4) != *length) return Error{"the two lengths of a block differ"};
        auto frame = read_block(type, block.subspan(8, *length - kFrameOfBlockBytes));
        if (!frame) {
            // Without an interface the packets behind would be taken for another's.
            if (type != kInterfaceDescription) damaged_bytes_ = *length;
            return frame;
        }
        source.consume(*length);
        if (*frame) return frame;
    }
}

Result<std::optional<Frame>> PcapngFormat::read_block(std::uint32_t type, Bytes body) {
    const std::size_t fixed = type == kSimplePacket ? 4 : type == kInterfaceDescription ? 8 : 20;
    if (body.size() < fixed) return Error{"a block that is too short for its type"};
    switch (type) {
    case kEnhancedPacket: return frame_of(order_.u32(body, 0), body);
    case kPacket: return frame_of(order_.u16(body, 0), body);
    case kSimplePacket: return simple_frame(body);
    default: break;
    }
    if (auto read = read_interface(body); !read) return read.error();
    return std::optional<Frame>{};
}

template <typename Visit>
void PcapngFormat::for_each_option(Bytes options, Visit&& visit) const {
    while (options.size() >= 4) {
        const std::uint16_t code = order_.u16(options, 0);
        const std::size_t length = order_.u16(options, 2);
        if (code == 0 || 4 + length > options.size()) break;
        visit(code, options.subspan(4, length));
        options = options.subspan(std::min(options.size(), 4 + ((length + 3) & ~std::size_t{3})));
    }
}

Direction PcapngFormat::direction_of(Bytes options) const {
    Direction direction = Direction::kUnknown;
    for_each_option(options, [&](std::uint16_t code, Bytes value) {
        if (code != kOptionFlags || value.size() != 4) return;
        const std::uint32_t way = order_.u32(value, 0) & 3;
        if (way == 1) direction = Direction::kIngress;
        if (way == 2) direction = Direction::kEgress;
    });
    return direction;
}

Result<void> PcapngFormat::read_interface(Bytes body) {
    if (interfaces_.size() >= kMaxInterfaces) return Error{"more than 65536 interfaces"};
    Interface interface;
    interface.linktype = order_.u16(body, 0);
    interface.snapshot_bytes = order_.u32(body, 4);
    for_each_option(body.subspan(8), [&](std::uint16_t code, Bytes value) {
        const auto name_bytes = static_cast<std::ptrdiff_t>(std::min(value.size(), kMaxNameBytes));
        if (code == kOptionName) interface.name.assign(value.begin(), value.begin() + name_bytes);
        if (code == kOptionResolution && value.size() == 1) interface.resolution = value[0];
        if (code == kOptionOffset && value.size() == 8)
            interface.offset_seconds = static_cast<std::int64_t>(order_.u64(value, 0));
    });
    interfaces_.push_back(std::move(interface));
    return {};
}

// The enhanced packet block and its predecessor differ in how the interface is written.
Result<std::optional<Frame>> PcapngFormat::frame_of(std::uint32_t interface, Bytes body) {
    const std::uint64_t units = std::uint64_t{order_.u32(body, 4)} << 32 | order_.u32(body, 8);
    const std::uint32_t captured = order_.u32(body, 12);
    const std::uint32_t wire = order_.u32(body, 16);
    const Bytes data = body.subspan(20);
    if (interface >= interfaces_.size() - section_begin_) {
        return Error{"a packet of interface " + std::to_string(interface) + ", which was never described"};
    }
    if (captured > data.size()) return Error{"a packet claims more bytes than its block has"};
    const std::size_t index = section_begin_ + interface;
    Frame frame;
    frame.time_ns = last_ns_ = interfaces_[index].nanoseconds(units);
    frame.linktype = interfaces_[index].linktype;
    frame.interface = static_cast<std::uint32_t>(index);
    frame.bytes = data.first(captured);
    frame.wire_bytes = std::max(wire, captured);
    const std::size_t padded = (std::size_t{captured} + 3) & ~std::size_t{3};
    frame.direction = direction_of(data.subspan(std::min(data.size(), padded)));
    return std::optional<Frame>{frame};
}

// No time, no interface, no captured length: the first interface's, and the time of the packet before.
Result<std::optional<Frame>> PcapngFormat::simple_frame(Bytes body) {
    if (interfaces_.size() == section_begin_) return Error{"a packet before any interface was described"};
    const Interface& interface = interfaces_[section_begin_];
    const std::uint32_t wire = order_.u32(body, 0);
    const Bytes data = body.subspan(4);
    std::size_t captured = std::min<std::size_t>(wire, data.size());
    if (interface.snapshot_bytes != 0) captured = std::min<std::size_t>(captured, interface.snapshot_bytes);
    Frame frame;
    frame.time_ns = last_ns_;
    frame.linktype = interface.linktype;
    frame.interface = static_cast<std::uint32_t>(section_begin_);
    frame.bytes = data.first(captured);
    frame.wire_bytes = std::max(wire, static_cast<std::uint32_t>(captured));
    return std::optional<Frame>{frame};
}

} // namespace

std::unique_ptr<CaptureFormat> open_pcapng(ByteSource& source) {
    const Bytes header = source.peek(4);
    const bool is_section = header.size() >= 4 && WriterOrder().u32(header, 0) == kSectionHeader;
    return is_section ? std::make_unique<PcapngFormat>() : nullptr;
}

} // namespace dnsmon
