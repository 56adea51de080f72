// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "probe/netns.h"
#include "probe/proc_net.h"
#include "util/fd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

using namespace dnsmon;

namespace {

Address v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d}};
}

struct Bound {
    Fd fd;
    std::uint32_t inode;
    std::uint16_t port;
};

Bound bound_socket(int family, const char* address) {
    Fd fd(::socket(family, SOCK_DGRAM, 0));
    sockaddr_storage name{};
    name.ss_family = static_cast<sa_family_t>(family);
    socklen_t bytes = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    void* at = family == AF_INET ? static_cast<void*>(&reinterpret_cast<sockaddr_in*>(&name)->sin_addr)
                                 : static_cast<void*>(&reinterpret_cast<sockaddr_in6*>(&name)->sin6_addr);
    REQUIRE(::inet_pton(family, address, at) == 1);
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&name), bytes) == 0);
    REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&name), &bytes) == 0);
    struct stat status {};
    REQUIRE(::fstat(fd.get(), &status) == 0);
    const auto port = ntohs(reinterpret_cast<sockaddr_in*>(&name)->sin_port); // the same place in both families
    return {std::move(fd), static_cast<std::uint32_t>(status.st_ino), port};
}

const auto kSelf = static_cast<std::uint32_t>(::getpid());

} // namespace

TEST_CASE("sockets of this very process are listed as they are") {
    const Bound loopback = bound_socket(AF_INET, "127.0.0.1");
    const Bound any = bound_socket(AF_INET6, "::");
    const Bound any_v4 = bound_socket(AF_INET, "0.0.0.0");
    const auto sockets = proc_net_sockets(kSelf, IPPROTO_UDP, 65536);
    const auto find = [&](const Bound& bound) {
        const auto at = std::find_if(sockets.begin(), sockets.end(), [&](const OpenSocket& s) { return s.inode == bound.inode; });
        REQUIRE(at != sockets.end());
        CHECK(at->local.port == bound.port);
        CHECK(at->remote.port == 0);
        CHECK(at->protocol == IPPROTO_UDP);
        return at->local.address;
    };
    CHECK(find(loopback) == v4(127, 0, 0, 1));
    CHECK(find(any) == Address{});
    CHECK(find(any_v4) == kAnyV4);
    CHECK(proc_net_sockets(kSelf, IPPROTO_UDP, 1).size() == 1);
}

TEST_CASE("addresses are the table's and no others") {
    namespace fs = std::filesystem;
    const fs::path root = fs::temp_directory_path() / ("dnsmon-proc-net-" + std::to_string(::getpid()));
    fs::create_directories(root / "7" / "net");
    std::ofstream(root / "7" / "net" / "fib_trie") << "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n"
                                                      "     +-- 10.1.2.0/24 2 0 2\n        |-- 10.1.2.0\n           /24 link UNICAST\n"
                                                      "        |-- 10.1.2.3\n           /32 host LOCAL\n        |-- 10.1.2.255\n"
                                                      "           /32 link BROADCAST\n     |-- 127.0.0.1\n        /32 host LOCAL\n"
                                                      "     |-- 10.1.2.999\n        /32 host LOCAL\n";
    std::ofstream(root / "7" / "net" / "if_inet6") << "00000000000000000000000000000001 01 80 10 80       lo\n"
                                                      "20010db8000000000000000000000001 02 40 00 80     eth0\nshort\n";
    const auto addresses = proc_net_addresses(7, root);
    fs::remove_all(root);
    REQUIRE(addresses.size() == 2);
    CHECK(addresses[0] == v4(10, 1, 2, 3));
    CHECK(addresses[1] == Address{{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}});
    CHECK(proc_net_addresses(7, root).empty());
}

TEST_CASE("our own namespace is none of the others") {
    const auto others = list_proc_namespaces(own_netns_inode(), 1024);
    CHECK(std::none_of(others.found.begin(), others.found.end(), [](const auto& n) { return n.inode == own_netns_inode(); }));
    const auto none = list_proc_namespaces(0, 0);
    CHECK(none.found.empty());
    CHECK(none.left_out > 0);
}
