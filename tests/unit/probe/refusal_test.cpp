// SPDX-License-Identifier: Apache-2.0
#include "catch.h"
#include "probe/refusal.h"

#include <cerrno>

using namespace dnsmon;

namespace {

const Error kRefused{"loading capture filter: Operation not permitted (map 'owners')", EPERM};

Circumstances bullseye(std::uint64_t memlock_bytes) {
    Circumstances circumstances;
    circumstances.kernel_release = "5.10.0-44-cloud-amd64";
    circumstances.memlock_bytes = memlock_bytes;
    return circumstances;
}

bool names_limit(const Error& error) { return error.message.find("RLIMIT_MEMLOCK") != std::string::npos; }

} // namespace

TEST_CASE("kernels before 5.11") {
    for (const auto* release : {"5.8.0", "5.10.0-44-cloud-amd64", "5.10", "4.18.0-553.el8"})
        CHECK(is_kernel_before(release, 5, 11));
    for (const auto* release : {"5.11.0", "5.15.0-1-amd64", "6.1.0", "6.18.44", "10.0", "", "5", "5.", "v5.10", ".10"})
        CHECK_FALSE(is_kernel_before(release, 5, 11));
}

TEST_CASE("a kernel that is too old is told which is not") {
    Circumstances old;
    old.kernel_release = "4.19.0-27-amd64";
    CHECK(explain_refusal({"loading: Invalid argument", EINVAL}, old).message ==
          "loading: Invalid argument; Linux 5.10 or newer is needed, this is 4.19.0-27-amd64");
    CHECK(explain_refusal({"loading: Invalid argument", EINVAL}, bullseye(8 << 20)).message == "loading: Invalid argument");
}

TEST_CASE("a locked-down kernel is named where it is the reason") {
    const Error kUnknownHelper{"loading: Invalid argument (unknown func bpf_probe_read#4)", EINVAL};
    Circumstances locked;
    locked.lockdown = "confidentiality";
    CHECK(explain_lockdown(kUnknownHelper, locked).message ==
          kUnknownHelper.message + "; the kernel is locked down (confidentiality): programs may not read its memory");
    CHECK(explain_lockdown({"attaching: No such file or directory", ENOENT}, locked).message == "attaching: No such file or directory");
    for (const auto* level : {"", "none", "integrity"}) {
        locked.lockdown = level;
        CHECK(explain_lockdown(kUnknownHelper, locked).message == kUnknownHelper.message);
    }
}

TEST_CASE("a kernel without its types is named where it is the reason") {
    const Error kNoTypes{"loading: No such process (Error loading vmlinux BTF: -3)", ESRCH};
    Circumstances bare;
    CHECK(explain_missing_btf(kNoTypes, bare).message == kNoTypes.message);
    bare.btf = false;
    CHECK(explain_missing_btf(kNoTypes, bare).message.find("no /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF)") != std::string::npos);
    CHECK(explain_missing_btf({"loading: no", EINVAL}, bare).message == "loading: no");
}

TEST_CASE("a limit on locked memory is named with what raises it") {
    for (const int code : {EPERM, ENOMEM}) {
        const auto error = explain_refusal({kRefused.message, code}, bullseye(64 << 10));
        CHECK(error.code == code);
        CHECK(error.message.starts_with(kRefused.message));
        CHECK(error.message.find("64 KiB are allowed (RLIMIT_MEMLOCK)") != std::string::npos);
        CHECK(error.message.find("LimitMEMLOCK=infinity") != std::string::npos);
    }
    CHECK(explain_refusal(kRefused, bullseye(8 << 20)).message.find("8 MiB are allowed") != std::string::npos);
}

TEST_CASE("the limit is not blamed for what it does not do") {
    CHECK_FALSE(names_limit(explain_refusal(kRefused, bullseye(Circumstances::kNoLimit))));
    CHECK_FALSE(names_limit(explain_refusal({"opening packet socket: No such device", ENODEV}, bullseye(64 << 10))));
    auto newer = bullseye(64 << 10);
    newer.kernel_release = "6.1.0-49-amd64";
    CHECK_FALSE(names_limit(explain_refusal(kRefused, newer)));
    CHECK(explain_refusal({"loading: Cannot allocate memory", ENOMEM}, newer).message.find("MemoryMax=") != std::string::npos);
}

TEST_CASE("a missing capability goes before any limit") {
    auto bare = bullseye(64 << 10);
    bare.missing_capabilities = "CAP_BPF";
    for (const int code : {EPERM, EACCES}) {
        const auto error = explain_refusal({"loading: no", code}, bare);
        CHECK(error.message == "missing CAP_BPF: loading: no");
        CHECK(error.code == EPERM);
    }
    bare.own_user_namespace = true;
    CHECK(explain_refusal({"loading: no", EPERM}, bare).message == "missing CAP_BPF of the host (this is a user namespace): loading: no");
    CHECK(explain_refusal({"opening: No such device", ENODEV}, bare).message == "opening: No such device");
    CHECK(explain_perf_refusal({"attaching: no", EACCES}, bare).message == "attaching: no");
}

TEST_CASE("a refused kprobe says what perf events take") {
    Circumstances debian;
    debian.perf_event_paranoid = "3";
    const auto error = explain_perf_refusal({"attaching: Permission denied", EACCES}, debian);
    CHECK(error.message.find("CAP_SYS_ADMIN (kernel.perf_event_paranoid is 3)") != std::string::npos);
    CHECK(error.message.find("kprobe.conf") != std::string::npos);
    CHECK(explain_perf_refusal({"no such symbol", ENOENT}, debian).message == "no such symbol");
}
