// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "util/fd.h"

#include <fcntl.h>

using dnsmon::Fd;

namespace {
bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }
Fd open_null() { return Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }
} // namespace

TEST_CASE("a descriptor is closed by its last owner") {
    int raw = -1;
    {
        Fd first = open_null();
        raw = first.get();
        Fd second(std::move(first));
        CHECK(!first.valid());
        CHECK(is_open(raw));
    }
    CHECK(!is_open(raw));
}

TEST_CASE("assigning to itself keeps the descriptor") {
    Fd fd = open_null();
    Fd& same = fd;
    fd = std::move(same);
    CHECK(fd.valid());
    CHECK(is_open(fd.get()));
}

TEST_CASE("release hands the descriptor over") {
    Fd fd = open_null();
    const Fd other(fd.release());
    CHECK(!fd.valid());
    CHECK(is_open(other.get()));
}

TEST_CASE("closing keeps errno") {
    Fd broken(987654);
    errno = ENOENT;
    broken.reset();
    CHECK(errno == ENOENT);
}
