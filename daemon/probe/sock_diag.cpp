// SPDX-License-Identifier: Apache-2.0
#include "probe/sock_diag.h"

#include "util/fd.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace dnsmon {
namespace {

struct Request {
    nlmsghdr header;
    inet_diag_req_v2 body;
};

OpenSocket to_socket(std::uint8_t protocol, const inet_diag_msg& message) {
    OpenSocket out;
    out.protocol = protocol;
    const bool v4 = message.idiag_family != AF_INET6;
    out.local = {socket_address(v4, message.id.idiag_src), ntohs(message.id.idiag_sport)};
    if (message.id.idiag_dport != 0) out.remote = {socket_address(v4, message.id.idiag_dst), ntohs(message.id.idiag_dport)};
    out.inode = message.idiag_inode;
    out.cookie = message.id.idiag_cookie[0] | static_cast<std::uint64_t>(message.id.idiag_cookie[1]) << 32;
    return out;
}

Result<void> ask(const Fd& netlink, std::uint8_t family, std::uint8_t protocol) {
    Request request{};
    request.header.nlmsg_len = sizeof(request);
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.sdiag_family = family;
    request.body.sdiag_protocol = protocol;
    // An unconnected UDP socket is "closed". Connections without a process (TIME_WAIT, SYN_RECV) are of no use.
    request.body.idiag_states = ~((1U << TCP_TIME_WAIT) | (1U << TCP_SYN_RECV));
    if (::send(netlink.get(), &request, sizeof(request), 0) != sizeof(request))
        return system_error("asking sock_diag", errno);
    return {};
}

// One reply datagram. True: the dump is over.
Result<bool> take(const std::uint8_t* data, std::size_t bytes, std::uint8_t protocol, std::vector<OpenSocket>& out) {
    while (bytes >= sizeof(nlmsghdr)) {
        nlmsghdr header;
        std::memcpy(&header, data, sizeof(header));
        if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > bytes) break;
        const std::uint8_t* body = data + NLMSG_HDRLEN;
        const std::size_t body_bytes = header.nlmsg_len - sizeof(header);
        if (header.nlmsg_type == NLMSG_DONE) return true;
        if (header.nlmsg_type == NLMSG_ERROR) {
            nlmsgerr error{};
            std::memcpy(&error, body, std::min(body_bytes, sizeof(error)));
            return system_error("listing sockets", -error.error);
        }
        if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY && body_bytes >= sizeof(inet_diag_msg)) {
            inet_diag_msg message;
            std::memcpy(&message, body, sizeof(message));
            if (message.idiag_inode != 0 && message.id.idiag_sport != 0) out.push_back(to_socket(protocol, message));
        }
        const std::size_t step = std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), bytes);
        data += step;
        bytes -= step;
    }
    return false;
}

} // namespace

Result<std::vector<OpenSocket>> list_sockets(std::uint8_t protocol) {
    const Fd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    if (!netlink) return system_error("opening sock_diag", errno);
    std::vector<OpenSocket> sockets;
    std::vector<std::uint8_t> buffer(64 * 1024);
    for (const int family : {AF_INET, AF_INET6}) {
        if (auto asked = ask(netlink, static_cast<std::uint8_t>(family), protocol); !asked)
            return std::move(asked).error();
        for (bool over = false; !over;) {
            const ssize_t n = ::recv(netlink.get(), buffer.data(), buffer.size(), 0);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) return system_error("listing sockets", n < 0 ? errno : EPIPE);
            auto taken = take(buffer.data(), static_cast<std::size_t>(n), protocol, sockets);
            if (!taken) return std::move(taken).error();
            over = *taken;
        }
    }
    return sockets;
}

} // namespace dnsmon
