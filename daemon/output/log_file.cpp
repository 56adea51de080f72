// SPDX-License-Identifier: Apache-2.0
#include "output/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace dnsmon {

namespace {

constexpr mode_t kDirectoryMode = 0750;
/// No line of ours is longer (kMaxLineBytes of event/ and its frame). A file without a line end in so many last bytes
/// is not ours to cut.
constexpr std::int64_t kMaxRepairBytes = 4 << 20;
/// Room is reserved in steps of an eighth of what the file holds, within these bounds: little where little is written.
constexpr std::uint64_t kMinReserveBytes = 64U << 10;
constexpr std::uint64_t kMaxReserveBytes = 8U << 20;

bool make_parent(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos || slash == 0) return false;
    return ::mkdir(path.substr(0, slash).c_str(), kDirectoryMode) == 0;
}

Fd open_or_create(const std::string& path, mode_t mode) {
    constexpr int flags = O_RDWR | O_APPEND | O_CLOEXEC | O_NOCTTY;
    // Exclusive first: only a file that was made here gets our mode.
    Fd created(::open(path.c_str(), flags | O_CREAT | O_EXCL, mode));
    if (created) {
        (void)::fchmod(created.get(), mode); // the umask may have taken bits; a file system without modes is no trouble
        return created;
    }
    if (errno != EEXIST) return {};
    return Fd(::open(path.c_str(), flags));
}

/// The offset behind the last '\n' of the file's first `size` bytes; -1: none within reach.
off_t end_of_last_line(int fd, off_t size) {
    std::array<char, 4096> block{};
    const off_t least = size > kMaxRepairBytes ? size - kMaxRepairBytes : 0;
    for (off_t end = size; end > least;) {
        const off_t start = std::max<off_t>(least, end - static_cast<off_t>(block.size()));
        const ssize_t n = ::pread(fd, block.data(), static_cast<std::size_t>(end - start), start);
        if (n <= 0) return -1;
        const std::string_view text(block.data(), static_cast<std::size_t>(n));
        const std::size_t newline = text.rfind('\n');
        if (newline != std::string_view::npos) return start + static_cast<off_t>(newline) + 1;
        end = start;
    }
    return -1;
}

Result<Fd> open_regular(const std::string& path, mode_t mode, struct stat& status) {
    Fd fd = open_or_create(path, mode);
    if (!fd && errno == ENOENT && make_parent(path)) fd = open_or_create(path, mode);
    if (!fd) return system_error("opening " + path, errno);
    if (::fstat(fd.get(), &status) != 0) return system_error("looking at " + path, errno);
    if (!S_ISREG(status.st_mode)) return Error{path + ": not a regular file", EINVAL};
    return fd;
}

} // namespace

Result<void> LogFile::try_open(const std::string& path, mode_t mode) {
    struct stat status {};
    auto fd = open_regular(path, mode, status);
    if (!fd) return std::move(fd).error();
    return {};
}

Result<LogFile> LogFile::open(const std::string& path, mode_t mode) {
    struct stat status {};
    auto fd = open_regular(path, mode, status);
    if (!fd) return std::move(fd).error();
    LogFile file;
    file.fd_ = std::move(*fd);
    file.size_bytes_ = static_cast<std::uint64_t>(status.st_size);
    file.modified_at_s_ = status.st_mtim.tv_sec;
    if (auto repaired = file.repair_end(); !repaired) return std::move(repaired).error().within(path);
    return file;
}

/// Whoever wrote the partial line died before it counted as written, so it is cut. Without any line end in reach the
/// text is someone else's, and is ended instead.
Result<void> LogFile::repair_end() {
    if (size_bytes_ == 0) return {};
    const auto size = static_cast<off_t>(size_bytes_);
    const off_t end = end_of_last_line(fd_.get(), size);
    if (end == size) return {};
    if (end < 0) {
        torn_ = true;
        return {};
    }
    if (::ftruncate(fd_.get(), end) != 0) return system_error("cutting a partial last line", errno);
    size_bytes_ = static_cast<std::uint64_t>(end);
    return {};
}

LogFile& LogFile::operator=(LogFile&& other) noexcept {
    give_back();
    fd_ = std::move(other.fd_);
    size_bytes_ = other.size_bytes_;
    reserved_until_ = other.reserved_until_;
    holds_reserve_ = std::exchange(other.holds_reserve_, false);
    modified_at_s_ = other.modified_at_s_;
    torn_ = other.torn_;
    return *this;
}

LogFile::~LogFile() { give_back(); }

/// Blocks that the file system then need not find page by page: writing costs a fraction (docs/adr/0006-reserved-blocks.md).
/// No room for them, or no such call on this file system, is no trouble: then each write finds its own.
void LogFile::reserve(std::size_t bytes) {
    const std::uint64_t wanted = size_bytes_ + bytes;
    if (wanted <= reserved_until_) return;
    const std::uint64_t step = std::clamp(size_bytes_ / 8, kMinReserveBytes, kMaxReserveBytes);
    const std::uint64_t from = std::max(reserved_until_, size_bytes_);
    reserved_until_ = wanted + step;
    holds_reserve_ = true; // perhaps a part of it, when it fails
    if (::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(from), static_cast<off_t>(reserved_until_ - from)) != 0)
        give_back(); // the last blocks of a full disk are anyone's
}

void LogFile::give_back() {
    struct stat status {};
    if (!is_open() || !std::exchange(holds_reserve_, false) || ::fstat(fd_.get(), &status) != 0) return;
    (void)::ftruncate(fd_.get(), status.st_size); // frees what lies behind the end
}

bool LogFile::still_at(const std::string& path) {
    struct stat opened {};
    struct stat named {};
    if (!is_open() || ::fstat(fd_.get(), &opened) != 0 || opened.st_nlink == 0) return false;
    if (::stat(path.c_str(), &named) != 0) return false;
    const auto size = static_cast<std::uint64_t>(opened.st_size);
    if (size < size_bytes_) reserved_until_ = size; // truncated by someone else, and the reserve with it
    size_bytes_ = size;
    return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

LogFile::Appended LogFile::append(std::string_view bytes) {
    if (torn_) {
        if (::write(fd_.get(), "\n", 1) != 1) return {0, errno};
        ++size_bytes_;
        torn_ = false;
    }
    reserve(bytes.size());
    Appended appended;
    while (appended.bytes < bytes.size()) {
        const ssize_t n = ::write(fd_.get(), bytes.data() + appended.bytes, bytes.size() - appended.bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) {
            appended.error = n < 0 ? errno : EIO;
            break;
        }
        appended.bytes += static_cast<std::size_t>(n);
        size_bytes_ += static_cast<std::size_t>(n);
    }
    return appended;
}

void LogFile::cut_last(std::size_t bytes) {
    if (bytes == 0) return;
    // From the file's end, not from a remembered offset: someone may have truncated it meanwhile.
    struct stat status {};
    if (::fstat(fd_.get(), &status) == 0 && status.st_size >= static_cast<off_t>(bytes) &&
        ::ftruncate(fd_.get(), status.st_size - static_cast<off_t>(bytes)) == 0) {
        size_bytes_ = static_cast<std::uint64_t>(status.st_size) - bytes;
    } else {
        torn_ = true;
    }
}

} // namespace dnsmon
