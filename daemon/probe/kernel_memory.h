// SPDX-License-Identifier: Apache-2.0
// Whether programs may read the kernel's memory, which lockdown=confidentiality forbids. Found out by trying: the kernel
// does not always say how far it is locked down.
#pragma once

#include <linux/bpf.h>

#include <array>

namespace dnsmon {

/// A program that calls bpf_probe_read_kernel(stack, 8, 0).
inline constexpr std::array kReadKernel{
    bpf_insn{BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_10, 0, 0},
    bpf_insn{BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, 0, -8},
    bpf_insn{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, 8},
    bpf_insn{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_3, 0, 0, 0},
    bpf_insn{BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_probe_read_kernel},
    bpf_insn{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
    bpf_insn{BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
};

[[nodiscard]] bool kernel_memory_readable();

} // namespace dnsmon
