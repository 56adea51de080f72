// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "probe/capabilities.h"

using dnsmon::missing_capabilities;

namespace {
constexpr std::uint64_t bit(int n) { return std::uint64_t{1} << n; }
constexpr int kNetAdmin = 12, kNetRaw = 13, kSysAdmin = 21, kPerfmon = 38, kBpf = 39; // linux/capability.h
} // namespace

TEST_CASE("missing capabilities are named") {
    CHECK(missing_capabilities(0) == "CAP_BPF CAP_PERFMON CAP_NET_ADMIN CAP_NET_RAW");
    CHECK(missing_capabilities(~std::uint64_t{0}).empty());
    CHECK(missing_capabilities(bit(kBpf) | bit(kPerfmon) | bit(kNetAdmin) | bit(kNetRaw)).empty());
    CHECK(missing_capabilities(bit(kBpf) | bit(kPerfmon) | bit(kNetAdmin)) == "CAP_NET_RAW");
}

TEST_CASE("CAP_SYS_ADMIN still stands for those that were split from it") {
    CHECK(missing_capabilities(bit(kSysAdmin) | bit(kNetAdmin) | bit(kNetRaw)).empty());
    CHECK(missing_capabilities(bit(kSysAdmin)) == "CAP_NET_ADMIN CAP_NET_RAW");
}
