// SPDX-License-Identifier: Apache-2.0
#include "probe/kprobe_multi.h"

#include "util/fd.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <array>
#include <string>
#include <string_view>

namespace dnsmon {

bool kprobe_multi_works() {
    constexpr std::array<bpf_insn, 2> kReturn0{{{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
                                                {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}}};
    LIBBPF_OPTS(bpf_prog_load_opts, how, .expected_attach_type = BPF_TRACE_KPROBE_MULTI);
    const Fd program(::bpf_prog_load(BPF_PROG_TYPE_KPROBE, nullptr, "GPL", kReturn0.data(), kReturn0.size(), &how));
    if (!program) return false;
    const char* function = "udp_sendmsg";
    LIBBPF_OPTS(bpf_link_create_opts, where);
    where.kprobe_multi.syms = &function;
    where.kprobe_multi.cnt = 1;
    const Fd link(::bpf_link_create(program.get(), 0, BPF_TRACE_KPROBE_MULTI, &where));
    return static_cast<bool>(link);
}

void prepare_kprobe_multi(bpf_program* program) {
    ::bpf_program__set_expected_attach_type(program, BPF_TRACE_KPROBE_MULTI);
}

bpf_link* attach_kprobe_multi(const bpf_program* program) {
    const std::string_view section = ::bpf_program__section_name(program);
    const std::string function(section.substr(section.find('/') + 1));
    const char* symbol = function.c_str();
    LIBBPF_OPTS(bpf_kprobe_multi_opts, where);
    where.syms = &symbol;
    where.cnt = 1;
    where.retprobe = section.starts_with("kretprobe");
    return ::bpf_program__attach_kprobe_multi_opts(program, nullptr, &where);
}

} // namespace dnsmon
