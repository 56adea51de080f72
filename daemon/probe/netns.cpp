// SPDX-License-Identifier: Apache-2.0
#include "probe/netns.h"

#include "util/fd.h"

#include <linux/magic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

namespace dnsmon {

std::uint32_t own_netns_inode() { return netns_inode("/proc/thread-self/ns/net"); }

std::uint32_t netns_inode(const std::string& path) {
    struct statfs system {};
    struct stat status {};
    if (::statfs(path.c_str(), &system) != 0 || system.f_type != NSFS_MAGIC) return 0;
    return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint32_t>(status.st_ino) : 0;
}

std::optional<std::uint32_t> own_netns_cookie() {
    constexpr int kSoNetnsCookie = 71; // asm-generic/socket.h since 5.14; older headers lack it
    const Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    std::uint64_t cookie = 0;
    socklen_t bytes = sizeof(cookie);
    if (!fd || ::getsockopt(fd.get(), SOL_SOCKET, kSoNetnsCookie, &cookie, &bytes) != 0) return std::nullopt;
    return static_cast<std::uint32_t>(cookie);
}

} // namespace dnsmon
