// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "probe/cgroup2.h"

using dnsmon::find_cgroup2;

TEST_CASE("the cgroup2 root is found wherever it is mounted") {
    CHECK(find_cgroup2("30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n") ==
          "/sys/fs/cgroup");
    CHECK(find_cgroup2("31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
                       "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
                       "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n") == "/sys/fs/cgroup/unified");
    CHECK(find_cgroup2("1 0 0:1 / /a\\040b\\134c rw shared:1 master:2 - cgroup2 none rw\n") == "/a b\\c");
}

TEST_CASE("what is no cgroup2 root is not taken for one") {
    CHECK(find_cgroup2("").empty());
    CHECK(find_cgroup2("garbage\n - cgroup2 x\n").empty());
    CHECK(find_cgroup2("32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n").empty());
    CHECK(find_cgroup2("41 31 0:38 /sub /mnt/bind rw - cgroup2 cgroup2 rw\n").empty());
    CHECK(find_cgroup2("41 31 0:38 / /mnt/cgroup2 rw - ext4 cgroup2 rw\n").empty());
}
