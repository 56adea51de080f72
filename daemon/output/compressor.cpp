// SPDX-License-Identifier: Apache-2.0
#include "output/compressor.h"

#include "output/rotation.h"
#include "util/thread_name.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <memory>
#include <optional>
#include <utility>

namespace dnsmon {

namespace {

constexpr std::uint32_t kFirst = 2;
constexpr int kLowestPriority = 19;

struct CloseGzip {
    void operator()(gzFile_s* file) const { (void)::gzclose(file); }
};
using Gzip = std::unique_ptr<gzFile_s, CloseGzip>;

bool same_file(int fd, const std::string& path) {
    struct stat opened {};
    struct stat named {};
    return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

/// Whoever may read the log may read this, and it is as old as its last event.
void copy_attributes(int from, int to) {
    struct stat status {};
    if (::fstat(from, &status) != 0) return;
    (void)::fchmod(to, status.st_mode & 07777U); // file systems without modes, owners or times are no trouble
    (void)!::fchown(to, status.st_uid, status.st_gid);
    const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
    (void)::futimens(to, times.data());
}

} // namespace

Compressor::Compressor(std::string path, std::uint32_t keep)
    : path_(std::move(path)), keep_(keep), thread_([this] { run(); }) {}

Compressor::~Compressor() {
    {
        const std::lock_guard lock(state_);
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

std::unique_lock<std::mutex> Compressor::hold_names() {
    return std::unique_lock(names_);
}

void Compressor::wake() {
    {
        const std::lock_guard lock(state_);
        pending_ = true;
    }
    changed_.notify_all();
}

std::string Compressor::take_problem() {
    const std::lock_guard lock(state_);
    return std::exchange(problem_, {});
}

bool Compressor::stopping() {
    const std::lock_guard lock(state_);
    return stop_;
}

void Compressor::run() {
    name_this_thread("dnsmon-compress");
    (void)::setpriority(PRIO_PROCESS, 0, kLowestPriority); // on Linux: of this thread
    std::unique_lock lock(state_);
    while (!stop_) {
        changed_.wait(lock, [&] { return stop_ || pending_; });
        pending_ = false;
        lock.unlock();
        compress_all();
        lock.lock();
    }
}

void Compressor::compress_all() {
    for (std::uint32_t number = kFirst; number <= keep_ && !stopping(); ++number) {
        const std::string name = rotated_name(path_, number);
        if (::access(name.c_str(), F_OK) != 0) {
            if (::access((name + kCompressedSuffix).c_str(), F_OK) != 0) return;
            continue;
        }
        auto done = compress(number);
        if (done) continue;
        const std::lock_guard lock(state_);
        problem_ = "compressing " + name + ": " + done.error().message;
    }
}

Result<void> Compressor::compress(std::uint32_t number) {
    const std::string name = rotated_name(path_, number);
    std::unique_lock lock = hold_names();
    const Fd from(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!from) return errno == ENOENT ? Result<void>{} : system_error("opening", errno);
    // Both are there: an earlier run ended between the two steps of put_in_place().
    if (::access((name + kCompressedSuffix).c_str(), F_OK) == 0) {
        if (::unlink(name.c_str()) != 0) return system_error("removing", errno);
        return {};
    }
    lock.unlock();

    const std::string written = path_ + ".gz.tmp";
    const Fd to(::open(written.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!to) return system_error("opening " + written, errno);
    auto done = write_compressed(from.get(), to.get());
    if (done && !stopping()) {
        copy_attributes(from.get(), to.get());
        done = ::fsync(to.get()) == 0 ? put_in_place(from.get(), written) : system_error("writing", errno);
    }
    (void)::unlink(written.c_str()); // not there any more when it was put in place
    return done;
}

Result<void> Compressor::write_compressed(int from, int to) {
    const int own = ::fcntl(to, F_DUPFD_CLOEXEC, 0); // gzclose() closes it
    if (own < 0) return system_error("writing", errno);
    Gzip gzip(::gzdopen(own, "wb"));
    if (!gzip) {
        ::close(own);
        return system_error("writing", ENOMEM);
    }
    std::array<char, 65536> block;
    while (!stopping()) {
        const ssize_t bytes = ::read(from, block.data(), block.size());
        if (bytes < 0) return system_error("reading", errno);
        if (bytes == 0) break;
        errno = 0;
        if (::gzwrite(gzip.get(), block.data(), static_cast<unsigned>(bytes)) != bytes)
            return system_error("writing", errno);
    }
    errno = 0;
    if (::gzclose(gzip.release()) != Z_OK) return system_error("writing", errno);
    return {};
}

/// The file may have moved on meanwhile, or be gone: it is known by its inode.
Result<void> Compressor::put_in_place(int from, const std::string& written) {
    const std::unique_lock lock = hold_names();
    for (std::uint32_t number = kFirst; number <= keep_; ++number) {
        const std::string name = rotated_name(path_, number);
        if (!same_file(from, name)) continue;
        if (::rename(written.c_str(), (name + kCompressedSuffix).c_str()) != 0) return system_error("renaming", errno);
        if (::unlink(name.c_str()) != 0) return system_error("removing", errno);
        return {};
    }
    return {};
}

} // namespace dnsmon
