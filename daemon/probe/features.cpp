// SPDX-License-Identifier: Apache-2.0
#include "probe/features.h"

#include "probe/cgroup2.h"
#include "probe/kernel_memory.h"
#include "probe/libbpf_log.h"
#include "probe/refusal.h"
#include "util/fd.h"
#include "util/result.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <string_view>

namespace dnsmon {
namespace {

constexpr bpf_insn kReturn0[] = {
    {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
    {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
};
constexpr bpf_insn kAskTask[] = {
    {BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_get_current_task_btf},
    {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 1},
    {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
};

Feature works() { return {true, {}}; }
Feature fails(std::string_view doing, int error) { return {false, system_error(doing, error).message}; }

Fd load(bpf_prog_type type, std::span<const bpf_insn> program, bpf_prog_load_opts* options = nullptr) {
    return Fd(::bpf_prog_load(type, nullptr, "GPL", program.data(), program.size(), options));
}

Feature probe_btf() { return ::access(kKernelBtf, R_OK) == 0 ? Feature{true, kKernelBtf} : fails(kKernelBtf, errno); }

Feature probe_ring_buffer() {
    const auto page = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
    const Fd map(::bpf_map_create(BPF_MAP_TYPE_RINGBUF, nullptr, 0, 0, page, nullptr));
    return map ? works() : fails("creating ring buffer", errno);
}

Feature probe_socket_filter() {
    return load(BPF_PROG_TYPE_SOCKET_FILTER, kReturn0) ? works() : fails("loading socket filter", errno);
}

Feature probe_kprobes(const Circumstances& now) {
    if (!load(BPF_PROG_TYPE_KPROBE, kReadKernel))
        return {false, explain_lockdown(system_error("loading kprobe program", errno), now).message};
    constexpr const char* kPmu = "/sys/bus/event_source/devices/kprobe/type";
    return ::access(kPmu, R_OK) == 0 ? works() : Feature{false, "the kernel was built without CONFIG_KPROBES"};
}

Feature probe_fentry(const Circumstances& now) {
    const int function = ::libbpf_find_vmlinux_btf_id("udp_sendmsg", BPF_TRACE_FENTRY);
    if (function < 0) return fails("finding udp_sendmsg in BTF", -function);
    LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY);
    options.attach_btf_id = static_cast<std::uint32_t>(function);
    const Fd program = load(BPF_PROG_TYPE_TRACING, kReadKernel, &options);
    if (!program) return {false, explain_lockdown(system_error("loading fentry program", errno), now).message};
    const Fd link(::bpf_raw_tracepoint_open(nullptr, program.get()));
    return link ? works() : fails("attaching fentry program", errno);
}

Feature probe_cgroup2() {
    std::string mount = cgroup2_mount_point();
    if (mount.empty()) return {false, "not mounted"};
    return {true, std::move(mount)};
}

Feature probe_egress_task() {
    LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_CGROUP_INET_EGRESS);
    return load(BPF_PROG_TYPE_CGROUP_SKB, kAskTask, &options) ? works() : fails("loading egress program", errno);
}

Feature probe_ipv6() {
    const Fd socket(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    return socket ? works() : fails("opening IPv6 socket", errno);
}

} // namespace

Features probe_features() {
    const LibbpfLog quiet;
    const Circumstances now = current_circumstances();
    Features features;
    features.kernel_release = now.kernel_release;
    features.btf = probe_btf();
    features.ring_buffer = probe_ring_buffer();
    features.socket_filter = probe_socket_filter();
    features.kprobes = probe_kprobes(now);
    features.fentry = probe_fentry(now);
    features.cgroup2 = probe_cgroup2();
    features.egress_task = probe_egress_task();
    features.ipv6 = probe_ipv6();
    features.lockdown = now.lockdown;
    features.missing_capabilities = now.missing_capabilities;
    return features;
}

} // namespace dnsmon
