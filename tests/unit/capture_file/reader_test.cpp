// SPDX-License-Identifier: Apache-2.0
#include "capture_file/reader.h"
#include "catch.h"
#include "packet_builder.h"
#include "util/fd.h"

#include <sys/wait.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace dnsmon {
namespace {

using namespace test;

/// Numbers in the byte order of the machine that is said to have written the file.
struct Writer {
    bool big = false;
    Bytes bytes{};

    Writer& u8(std::size_t v) {
        put8(bytes, v);
        return *this;
    }
    Writer& u16(std::size_t v) { return big ? u8(v >> 8).u8(v) : u8(v).u8(v >> 8); }
    Writer& u32(std::size_t v) { return big ? u16(v >> 16).u16(v) : u16(v).u16(v >> 16); }
    Writer& raw(const Bytes& v) {
        append(bytes, v);
        return *this;
    }
    Writer& padded(const Bytes& v) {
        raw(v);
        while (bytes.size() % 4 != 0) u8(0);
        return *this;
    }

    Writer& pcap_header(std::uint32_t magic = 0xa1b2c3d4, unsigned linktype = 1, unsigned minor = 4) {
        return u32(magic).u16(2).u16(minor).u32(0).u32(0).u32(65535).u32(linktype);
    }
    Writer& record(const Bytes& frame, std::uint32_t seconds, std::uint32_t fraction, std::size_t wire = 0) {
        return u32(seconds).u32(fraction).u32(frame.size()).u32(wire != 0 ? wire : frame.size()).raw(frame);
    }
    Writer& block(std::uint32_t type, const Bytes& body) {
        return u32(type).u32(body.size() + 12).raw(body).u32(body.size() + 12);
    }
    [[nodiscard]] Writer same() const { return Writer{big}; }
    Writer& section() { return block(0x0a0d0d0a, same().u32(0x1a2b3c4d).u16(1).u16(0).u32(~0U).u32(~0U).bytes); }
    Writer& interface(unsigned linktype, const Bytes& options = {}) {
        return block(1, same().u16(linktype).u16(0).u32(0).raw(options).bytes);
    }
    Writer& enhanced(std::uint32_t interface, std::uint64_t units, const Bytes& frame) {
        return block(6, same()
                            .u32(interface)
                            .u32(units >> 32)
                            .u32(units & 0xffffffff)
                            .u32(frame.size())
                            .u32(frame.size())
                            .padded(frame)
                            .bytes);
    }
    [[nodiscard]] Bytes option(unsigned code, const Bytes& value) const {
        return same().u16(code).u16(value.size()).padded(value).bytes;
    }
};

class TemporaryFile {
  public:
    explicit TemporaryFile(const Bytes& bytes) {
        const Fd fd(::mkstemp(name_.data()));
        REQUIRE(fd);
        std::ofstream(name_, std::ios::binary)
            .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { ::unlink(name_.c_str()); }
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    std::string name_ = "/tmp/dnsmon_reader_XXXXXX";
};

struct Seen {
    std::int64_t time_ns;
    int linktype;
    Bytes bytes;
    std::uint32_t wire_bytes;
    std::string interface;
};
struct Outcome {
    std::vector<Seen> frames;
    std::string error; ///< without the file's name
};

Outcome read_all(CaptureReader& reader, const std::string& name) {
    Outcome out;
    for (;;) {
        auto frame = reader.next();
        if (!frame) {
            REQUIRE(frame.error().message.rfind(name + ": ", 0) == 0);
            if (!out.error.empty()) out.error += "\n";
            out.error += frame.error().message.substr(name.size() + 2);
            if (reader.goes_on()) continue;
            return out;
        }
        if (!*frame) return out;
        const Frame& f = **frame;
        out.frames.push_back({f.time_ns,
                              f.linktype,
                              {f.bytes.begin(), f.bytes.end()},
                              f.wire_bytes,
                              reader.interface_name(f.interface)});
    }
}

Outcome read(const Bytes& file) {
    const TemporaryFile stored(file);
    auto reader = CaptureReader::open(stored.name());
    if (!reader) return {{}, reader.error().message.substr(stored.name().size() + 2)};
    CHECK(reader->file_bytes() == file.size());
    Outcome out = read_all(*reader, stored.name());
    CHECK(reader->bytes_read() <= file.size());
    return out;
}

Bytes gzip(const Bytes& plain) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    Bytes out(plain.size() + 1000);
    stream.next_in = const_cast<Bytef*>(plain.data());
    stream.avail_in = static_cast<unsigned>(plain.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<unsigned>(out.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    deflateEnd(&stream);
    return out;
}

const Bytes kFrame = text("a frame of some bytes");

TEST_CASE("pcap in both byte orders, with micro- and nanoseconds") {
    for (const bool big : {false, true}) {
        const Outcome micro = read(Writer{big}.pcap_header().record(kFrame, 1700000000, 123456, 1500).bytes);
        REQUIRE(micro.frames.size() == 1);
        CHECK(micro.error.empty());
        CHECK(micro.frames[0].time_ns == 1'700'000'000'123'456'000);
        CHECK(micro.frames[0].bytes == kFrame);
        CHECK(micro.frames[0].wire_bytes == 1500);
        CHECK(micro.frames[0].linktype == 1);
        const Outcome nano = read(Writer{big}.pcap_header(0xa1b23c4d, 113).record(kFrame, 1700000000, 123456789).bytes);
        REQUIRE(nano.frames.size() == 1);
        CHECK(nano.frames[0].time_ns == 1'700'000'000'123'456'789);
        CHECK(nano.frames[0].linktype == 113);
    }
}

TEST_CASE("times after 2038, and the FCS length beside the link type") {
    const Outcome out = read(Writer{}.pcap_header(0xa1b2c3d4, 0x24000001).record(kFrame, 0xffffffff, 999999).bytes);
    REQUIRE(out.frames.size() == 1);
    CHECK(out.frames[0].time_ns == 4'294'967'295'999'999'000);
    CHECK(out.frames[0].linktype == 1);
}

TEST_CASE("the modified format, and old ones with the lengths swapped") {
    const Outcome modified =
        read(Writer{}.pcap_header(0xa1b2cd34).u32(5).u32(0).u32(kFrame.size()).u32(99).u32(1).u32(0).raw(kFrame).bytes);
    REQUIRE(modified.frames.size() == 1);
    CHECK(modified.frames[0].bytes == kFrame);
    for (const unsigned minor : {2U, 3U}) {
        const Outcome old =
            read(Writer{}.pcap_header(0xa1b2c3d4, 1, minor).u32(5).u32(0).u32(99).u32(kFrame.size()).raw(kFrame).bytes);
        REQUIRE(old.frames.size() == 1);
        CHECK(old.frames[0].bytes == kFrame);
        CHECK(old.frames[0].wire_bytes == 99);
    }
}

TEST_CASE("pcapng: sections, interfaces, resolutions, names, unknown blocks") {
    Bytes file;
    for (const bool big : {false, true}) {
        Writer w{big};
        const Bytes seconds{big ? Bytes{0, 0, 0, 0, 0, 0, 0, 10} : Bytes{10, 0, 0, 0, 0, 0, 0, 0}};
        w.section();
        w.interface(1, w.option(2, text("eth0")));
        w.block(0x0bad, Bytes(40, 0xff));
        w.interface(113, join(w.option(2, text("any")), w.option(9, {9}), w.option(14, seconds), w.option(0, {})));
        w.interface(101, w.option(9, {0x80 | 10}));
        w.enhanced(0, 1'700'000'000'000'001, kFrame);
        w.enhanced(1, 5'000'000'007, kFrame);
        w.enhanced(2, 1536, kFrame);
        w.block(3, w.same().u32(kFrame.size()).padded(kFrame).bytes);
        w.block(2, w.same().u16(0).u16(0).u32(0).u32(7).u32(kFrame.size()).u32(60).padded(kFrame).bytes);
        append(file, w.bytes);
    }
    const Outcome out = read(file);
    CHECK(out.error.empty());
    REQUIRE(out.frames.size() == 10);
    for (std::size_t section = 0; section < 10; section += 5) {
        const Seen* f = &out.frames[section];
        CHECK(f[0].time_ns == 1'700'000'000'000'001'000);
        CHECK(f[0].interface == "eth0");
        CHECK(f[1].time_ns == 15'000'000'007);
        CHECK(f[1].interface == "any");
        CHECK(f[1].linktype == 113);
        CHECK(f[2].time_ns == 1'500'000'000);
        CHECK(f[2].interface.empty());
        CHECK(f[2].linktype == 101);
        CHECK(f[3].time_ns == 1'500'000'000);
        CHECK(f[3].bytes == kFrame);
        CHECK(f[4].time_ns == 7000);
        CHECK(f[4].wire_bytes == 60);
    }
}

TEST_CASE("gzip'd files, also in several members") {
    const Bytes first = Writer{}.pcap_header().record(kFrame, 1, 0).bytes;
    const Bytes second = Writer{}.record(kFrame, 2, 0).bytes;
    const Outcome out = read(join(gzip(first), gzip(second)));
    CHECK(out.error.empty());
    REQUIRE(out.frames.size() == 2);
    CHECK(out.frames[1].time_ns == 2'000'000'000);
}

TEST_CASE("what is damaged is named with its place, after all that could be read") {
    const Bytes good = Writer{}.pcap_header().record(kFrame, 1, 0).bytes; // 24 + 16 + 21 bytes
    const Bytes section = Writer{}.section().bytes;
    const auto begins = [](const Bytes& b, std::size_t n) {
        return Bytes(b.begin(), b.begin() + static_cast<std::ptrdiff_t>(n));
    };
    const struct {
        const char* what;
        Bytes file;
        std::size_t frames;
        std::string error;
    } cases[] = {
        {"empty", {}, 0, "is empty"},
        {"text", text("hello, this is no capture"), 0, "is not a capture file (pcap or pcapng)"},
        {"three bytes", {0xd4, 0xc3, 0xb2}, 0, "is not a capture file (pcap or pcapng)"},
        {"cut in the header", begins(good, 23), 0, "at byte 0: the file ends inside its header"},
        {"header only", begins(good, 24), 0, ""},
        {"cut in the record header", join(good, Bytes(15, 0)), 1, "at byte 61: the file ends inside a record header"},
        {"cut in a record", begins(good, 60), 0, "at byte 24: the file ends inside a record"},
        {"insane length", join(good, Bytes(16, 0x7f)), 1, "at byte 61: a record claims 2139062143 captured bytes"},
        {"pcapng: byte-order magic", join(Bytes{10, 13, 13, 10}, Bytes(24, 0)), 0,
         "at byte 0: a section header without the byte-order magic"},
        {"pcapng: odd length", join(section, Writer{}.u32(1).u32(21).raw(Bytes(20, 0)).bytes), 0,
         "at byte 28: a block claims a length of 21"},
        {"pcapng: no interface", Writer{section.empty()}.raw(section).enhanced(0, 0, kFrame).bytes, 0,
         "at byte 28: a packet of interface 0, which was never described"},
        {"pcapng: lengths differ", join(section, Writer{}.u32(1).u32(20).u32(1).u32(0).u32(24).bytes), 0,
         "at byte 28: the two lengths of a block differ"},
        {"pcapng: cut", begins(Writer{}.section().interface(1).bytes, 40), 0,
         "at byte 28: the file ends inside a block"},
        {"pcapng: huge block", join(section, Writer{}.u32(6).u32(0x7ffffffc).u32(0).bytes), 0,
         "at byte 28: a block claims 2147483644 bytes"},
        {"pcapng: skipped block cut", join(section, Writer{}.u32(77).u32(0x7ffffffc).u32(0).bytes), 0,
         "at byte 40: the file ends inside a block"},
    };
    for (const auto& c : cases) {
        CAPTURE(c.what);
        const Outcome out = read(c.file);
        CHECK(out.frames.size() == c.frames);
        CHECK(out.error == c.error);
    }
    CHECK_FALSE(CaptureReader::open("/nonexistent/file.pcap"));
}

TEST_CASE("pcapng: a packet that makes no sense costs only itself") {
    Writer w;
    w.enhanced(0, 1, kFrame); // before any interface
    const std::size_t packet = w.bytes.size();
    Bytes file = join(Writer{}.section().bytes, w.bytes); // 28 bytes, 56
    append(file, Writer{}.interface(1).bytes);            // 20
    append(file, Writer{}.enhanced(5, 1, kFrame).enhanced(0, 1, kFrame).bytes);
    Bytes lies = Writer{}.enhanced(0, 1, kFrame).bytes;
    lies[20] = 0xff; // the captured length
    append(file, lies);
    append(file, Writer{}.block(6, Bytes(8, 0)).enhanced(0, 2, kFrame).bytes);
    const auto at = [](std::size_t offset, const char* what) { return "at byte " + std::to_string(offset) + ": " + what; };
    const Outcome out = read(file);
    CHECK(out.frames.size() == 2);
    CHECK(out.error == at(28, "a packet of interface 0, which was never described\n") +
                           at(48 + packet, "a packet of interface 5, which was never described\n") +
                           at(48 + 3 * packet, "a packet claims more bytes than its block has\n") +
                           at(48 + 4 * packet, "a block that is too short for its type"));
    append(file, Bytes(11, 1));
    CHECK(read(file).error.ends_with("\n" + at(file.size() - 11, "the file ends inside a block header")));
    const Bytes no_interface = Writer{}.section().block(1, Bytes(4, 0)).enhanced(0, 1, kFrame).bytes;
    CHECK(read(no_interface).error == "at byte 28: a block that is too short for its type");
}

TEST_CASE("gzip'd data cut short or damaged gives what came out, and the place in the uncompressed data") {
    Writer w;
    w.pcap_header();
    for (std::uint32_t i = 0; i < 100; ++i) w.record(kFrame, i, 0);
    Bytes zipped = gzip(w.bytes);
    SECTION("cut") {
        zipped.resize(zipped.size() - 8); // the checksum and the length
        const Outcome out = read(zipped);
        CHECK(out.frames.size() == 100);
        CHECK(out.error == "at byte 3724 of the uncompressed data: the compressed data is cut short");
    }
    SECTION("damaged") {
        zipped[zipped.size() - 8] ^= 1;
        const Outcome out = read(zipped);
        CHECK(out.frames.size() == 100);
        CHECK(out.error ==
              "at byte 3724 of the uncompressed data: the compressed data is damaged: incorrect data check");
    }
    SECTION("padded") {
        append(zipped, Bytes(100, 0));
        CHECK(read(zipped).error.empty());
    }
}

TEST_CASE("every prefix of a capture is survived") {
    Writer ng;
    ng.section().interface(1, ng.option(2, text("eth0"))).enhanced(0, 1, kFrame);
    for (const Bytes& whole : {Writer{}.pcap_header().record(kFrame, 1, 0).bytes, ng.bytes, gzip(ng.bytes)}) {
        for (std::size_t n = 0; n < whole.size(); ++n) {
            const Outcome out = read(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n)));
            CHECK(out.frames.size() <= 1);
        }
    }
}

TEST_CASE("a live pipe gives each frame as it arrives") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    Fd from(ends[0]);
    Fd to(ends[1]);
    const Fd saved(::dup(0));
    REQUIRE(::dup2(from.get(), 0) == 0);
    const auto write = [&to](const Bytes& bytes) {
        REQUIRE(::write(to.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    };
    write(Writer{}.pcap_header().bytes);
    auto reader = CaptureReader::open("-");
    REQUIRE(reader);
    CHECK(reader->file_bytes() == 0);
    // Would wait for ever if the reader wanted more than the frame.
    for (std::uint32_t i = 1; i <= 3; ++i) {
        write(Writer{}.record(kFrame, i, 0).bytes);
        auto frame = reader->next();
        REQUIRE(frame);
        REQUIRE(*frame);
        CHECK((*frame)->time_ns == std::int64_t{i} * 1'000'000'000);
    }
    to.reset();
    auto end = reader->next();
    REQUIRE(end);
    CHECK_FALSE(*end);
    REQUIRE(::dup2(saved.get(), 0) == 0);
}

} // namespace
} // namespace dnsmon
