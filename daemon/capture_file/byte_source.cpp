// SPDX-License-Identifier: Apache-2.0
#include "capture_file/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace dnsmon {
namespace {

constexpr std::size_t kBufferBytes = 256U << 10;
constexpr std::size_t kStoredBytes = 64U << 10;
constexpr int kGzipWindowBits = 15 + 16; // zlib.h: the largest window, with a gzip header
constexpr std::uint8_t kGzipMagic[] = {0x1f, 0x8b};

} // namespace

void ByteSource::InflaterDelete::operator()(z_stream_s* stream) const {
    ::inflateEnd(stream);
    delete stream;
}

ByteSource::ByteSource(Fd fd) : fd_(std::move(fd)), buffer_(kBufferBytes) {
    struct stat status {};
    if (::fstat(fd_.get(), &status) == 0 && S_ISREG(status.st_mode)) {
        file_bytes_ = static_cast<std::uint64_t>(status.st_size);
    }
}

Result<ByteSource> ByteSource::open(const std::string& path) {
    // A duplicate, so that closing it leaves the process its standard input.
    Fd fd(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) return system_error("opening", errno);
    ByteSource source(std::move(fd));
    const auto start = source.peek(sizeof(kGzipMagic));
    if (!source.failure_.empty()) return Error{source.failure_};
    if (start.size() >= sizeof(kGzipMagic) && std::equal(std::begin(kGzipMagic), std::end(kGzipMagic), start.begin())) {
        if (auto started = source.start_inflating(); !started) return std::move(started).error();
    }
    return source;
}

Result<void> ByteSource::start_inflating() {
    std::unique_ptr<z_stream_s, InflaterDelete> inflater(new z_stream_s{});
    if (::inflateInit2(inflater.get(), kGzipWindowBits) != Z_OK) return Error{"setting up decompression failed"};
    inflater_ = std::move(inflater);
    stored_.reserve(kStoredBytes);
    stored_.assign(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                   buffer_.begin() + static_cast<std::ptrdiff_t>(end_));
    inflater_->next_in = stored_.data();
    inflater_->avail_in = static_cast<unsigned>(stored_.size());
    begin_ = end_ = 0;
    return {};
}

std::span<const std::uint8_t> ByteSource::peek(std::size_t wanted) {
    while (end_ - begin_ < wanted && !at_end_) {
        if (begin_ + wanted > buffer_.size()) {
            std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
            if (wanted > buffer_.size()) buffer_.resize(wanted);
        }
        const std::size_t got = produce(std::span(buffer_).subspan(end_));
        at_end_ = got == 0;
        end_ += got;
    }
    return std::span(buffer_).subspan(begin_, end_ - begin_);
}

bool ByteSource::skip(std::uint64_t bytes) {
    while (bytes > 0) {
        const auto here = peek(1);
        if (here.empty()) return false;
        const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, here.size()));
        consume(step);
        bytes -= step;
    }
    return true;
}

std::size_t ByteSource::produce(std::span<std::uint8_t> room) {
    return inflater_ ? inflate_into(room) : read_stored(room);
}

std::size_t ByteSource::read_stored(std::span<std::uint8_t> room) {
    ssize_t got = 0;
    do {
        got = ::read(fd_.get(), room.data(), room.size());
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        failure_ = system_error("reading", errno).message;
        return 0;
    }
    bytes_read_ += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
}

// Until something comes out: a pipe's gzip'd bytes may end anywhere.
std::size_t ByteSource::inflate_into(std::span<std::uint8_t> room) {
    z_stream_s& stream = *inflater_;
    stream.next_out = room.data();
    stream.avail_out = static_cast<unsigned>(room.size());
    while (stream.avail_out == room.size()) {
        if (stream.avail_in == 0) {
            stored_.resize(kStoredBytes);
            stored_.resize(read_stored(stored_));
            stream.next_in = stored_.data();
            stream.avail_in = static_cast<unsigned>(stored_.size());
            if (stored_.empty()) {
                if (!between_members_ && failure_.empty()) failure_ = "the compressed data is cut short";
                break;
            }
        }
        if (between_members_) { // RFC 1952 2.2: members follow each other; anything else behind one is padding
            if (*stream.next_in != kGzipMagic[0]) break;
            ::inflateReset(&stream);
            between_members_ = false;
        }
        const int outcome = ::inflate(&stream, Z_SYNC_FLUSH);
        between_members_ = outcome == Z_STREAM_END;
        if (outcome != Z_OK && outcome != Z_STREAM_END && outcome != Z_BUF_ERROR) {
            failure_ = std::string("the compressed data is damaged: ") +
                       (stream.msg != nullptr ? stream.msg : "no reason given");
            break;
        }
    }
    return room.size() - stream.avail_out;
}

} // namespace dnsmon
