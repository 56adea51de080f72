// SPDX-License-Identifier: Apache-2.0
#include "process/liveness.h"

#include "process/proc_files.h"
#include "util/clock.h"

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace dnsmon {
namespace {

constexpr std::size_t kMaxWatched = 64;
constexpr std::uint64_t kInitialPidNamespace = 0xEFFFFFFC; // PROC_PID_INIT_INO, include/linux/proc_ns.h
constexpr std::uint64_t kNanoseconds = 1'000'000'000;

bool is_in_initial_namespace() {
    struct stat status {};
    return ::stat("/proc/self/ns/pid", &status) == 0 && status.st_ino == kInitialPidNamespace;
}

bool is_readable(const Fd& fd) {
    pollfd asked{fd.get(), POLLIN, 0};
    return ::poll(&asked, 1, 0) == 1;
}

} // namespace

Liveness::Liveness() : sees_all_(is_in_initial_namespace()) {}

Liveness::Watched Liveness::watch(const Key& key) {
    const auto [pid, start_ns] = key;
    Watched out;
    out.pidfd = Fd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0U)));
    if (!out.pidfd) {
        out.ended = errno == ESRCH;
        return out;
    }
    const auto files = ProcFiles::open("/proc", pid);
    const auto stat = files ? files->stat() : std::nullopt;
    out.ended = stat && start_ns != 0 && stat->start_ticks != start_ns / (kNanoseconds / ticks_per_second());
    return out;
}

bool Liveness::has_ended(std::uint32_t pid, std::uint64_t start_ns, std::int64_t at_ns) {
    if (!sees_all_) return false;
    const Key key{pid, start_ns};
    auto at = watched_.find(key);
    if (at == watched_.end()) {
        if (watched_.size() >= kMaxWatched) watched_.clear();
        at = watched_.emplace(key, watch(key)).first;
    }
    Watched& watched = at->second;
    if (!watched.ended && at_ns <= watched.seen_alive_ns) return false;
    const std::int64_t now_ns = realtime_ns();
    const bool ended = watched.ended || (watched.pidfd && is_readable(watched.pidfd));
    watched.seen_alive_ns = now_ns;
    if (ended && start_ns == 0) {
        watched_.erase(at); // the next one of this number is another
    } else if (ended) {
        watched.ended = true;
        watched.pidfd = Fd();
    }
    return ended;
}

} // namespace dnsmon
