// SPDX-License-Identifier: Apache-2.0
// Short words for socket calls inside test children. Each ends the child when it fails.
#pragma once

#include "children.h"
#include "packet_builder.h"
#include "util/fd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

namespace dnsmon::test {

struct SocketName {
    sockaddr_storage storage{};
    socklen_t bytes = 0;
    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
    [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

inline SocketName address(const char* ip, std::uint16_t port) {
    SocketName out;
    if (std::strchr(ip, ':') != nullptr) {
        auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        must(::inet_pton(AF_INET6, ip, &v6->sin6_addr) == 1, ip);
        out.bytes = sizeof(*v6);
    } else {
        auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        must(::inet_pton(AF_INET, ip, &v4->sin_addr) == 1, ip);
        out.bytes = sizeof(*v4);
    }
    return out;
}

inline Fd make_socket(int family, int type) {
    Fd fd(::socket(family, type | SOCK_CLOEXEC, 0));
    must(fd.valid(), "socket");
    return fd;
}

inline void connect_to(const Fd& fd, const SocketName& to) {
    must(::connect(fd.get(), to.get(), to.bytes) == 0, "connect");
}

inline Fd bound(int type, const SocketName& to, bool reuse_port = false) {
    Fd fd = make_socket(to.storage.ss_family, type);
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (reuse_port) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
    must(::bind(fd.get(), to.get(), to.bytes) == 0, "bind");
    if (type == SOCK_STREAM) must(::listen(fd.get(), 16) == 0, "listen");
    return fd;
}

inline void send_on(const Fd& fd, const Bytes& bytes) {
    must(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()), "send");
}

inline void send_to(const Fd& fd, const Bytes& bytes, const SocketName& to) {
    must(::sendto(fd.get(), bytes.data(), bytes.size(), 0, to.get(), to.bytes) == static_cast<ssize_t>(bytes.size()),
         "sendto");
}

inline void answer_one(const Fd& server) {
    std::array<std::uint8_t, 512> buffer{};
    SocketName from;
    from.bytes = sizeof(from.storage);
    const ssize_t n = ::recvfrom(server.get(), buffer.data(), buffer.size(), 0, from.get(), &from.bytes);
    must(n > 2, "recvfrom");
    buffer[2] |= 0x80;
    must(::sendto(server.get(), buffer.data(), static_cast<std::size_t>(n), 0, from.get(), from.bytes) == n, "answer");
}

inline void receive_one(const Fd& fd) {
    std::array<std::uint8_t, 512> buffer{};
    must(::recv(fd.get(), buffer.data(), buffer.size(), 0) > 0, "recv");
}

} // namespace dnsmon::test
