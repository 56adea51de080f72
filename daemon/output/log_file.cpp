// SPDX-License-Identifier: Apache-2.0
#include "output/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace dnsmon {

namespace {

constexpr mode_t kDirectoryMode = 0750;
/// No line of ours is longer (kMaxLineBytes of event/ and its frame). A file without a line end in so many last bytes
/// is not ours to cut.
constexpr std::int64_t kMaxRepairBytes = 4 << 20;

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

bool LogFile::still_at(const std::string& path) {
    struct stat opened {};
    struct stat named {};
    if (!is_open() || ::fstat(fd_.get(), &opened) != 0 || opened.st_nlink == 0) return false;
    if (::stat(path.c_str(), &named) != 0) return false;
    size_bytes_ = static_cast<std::uint64_t>(opened.st_size);
    return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

LogFile::Appended LogFile::append(std::string_view bytes) {
    if (torn_) {
        if (::write(fd_.get(), "\n", 1) != 1) return {0, errno};
        ++size_bytes_;
        torn_ = false;
    }
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
