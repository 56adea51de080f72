// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "probe/socket_holders.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace dnsmon;

TEST_CASE("a socket's inode leads to the process that holds it") {
    const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    REQUIRE(fd >= 0);
    struct stat status {};
    REQUIRE(::fstat(fd, &status) == 0);
    const auto inode = static_cast<std::uint32_t>(status.st_ino);
    const auto holders = find_socket_holders({inode, 1});
    CHECK(holds_socket(static_cast<std::uint32_t>(::getpid()), static_cast<std::uint32_t>(fd), inode));
    ::close(fd);
    CHECK_FALSE(holds_socket(static_cast<std::uint32_t>(::getpid()), static_cast<std::uint32_t>(fd), inode));
    REQUIRE(holders.size() == 1);
    CHECK(holders.at(inode).fd == static_cast<std::uint32_t>(fd));
    const dnsmon_owner& owner = holders.at(inode).owner;
    CHECK(owner.pid == static_cast<std::uint32_t>(::getpid()));
    CHECK(owner.uid == ::getuid());
    CHECK(owner.gid == ::getgid());
    CHECK(owner.start_ns != 0);
    CHECK(std::string(owner.process_name) == "unit_probe_sock");
}

TEST_CASE("no /proc, no holders") { CHECK(find_socket_holders({1, 2}, "/nonexistent").empty()); }
