// SPDX-License-Identifier: Apache-2.0
#include "probe/netns.h"

#include "util/fd.h"

#include <linux/magic.h>
#include <linux/net_namespace.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include <cstddef>

namespace dnsmon {

std::uint32_t own_netns_inode() { return netns_inode("/proc/thread-self/ns/net"); }

std::uint32_t netns_inode(const std::string& path) {
    struct statfs system {};
    struct stat status {};
    if (::statfs(path.c_str(), &system) != 0 || system.f_type != NSFS_MAGIC) return 0;
    return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint32_t>(status.st_ino) : 0;
}

bool netns_is_linked(int netns_fd) {
    struct {
        nlmsghdr header;
        rtgenmsg body;
        alignas(NLMSG_ALIGNTO) rtattr attribute;
        std::int32_t value;
    } request{}, reply{};
    const Fd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!netlink) return false;
    request.header = {sizeof(request), RTM_GETNSID, NLM_F_REQUEST, 0, 0};
    request.attribute = {RTA_LENGTH(sizeof(request.value)), NETNSA_FD};
    request.value = netns_fd;
    static_assert(offsetof(decltype(request), attribute) == NLMSG_SPACE(sizeof(rtgenmsg)));
    if (::send(netlink.get(), &request, sizeof(request), 0) != sizeof(request)) return false;
    const ssize_t bytes = ::recv(netlink.get(), &reply, sizeof(reply), 0);
    return bytes == sizeof(reply) && reply.header.nlmsg_type == RTM_NEWNSID &&
           reply.attribute.rta_type == NETNSA_NSID && reply.value != NETNSA_NSID_NOT_ASSIGNED;
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
