// SPDX-License-Identifier: Apache-2.0
// kprobe programs attached through a link of their own (Linux ≥ 5.18 with CONFIG_FPROBE) in place of a perf event each:
// Debian's kernels leave perf events to CAP_SYS_ADMIN (kernel.perf_event_paranoid = 3), links to CAP_PERFMON. Loop thread.
#pragma once

struct bpf_link;
struct bpf_program;

namespace dnsmon {

/// Whether this kernel lets this process attach so; tries it.
[[nodiscard]] bool kprobe_multi_works();

/// Before the program is loaded.
void prepare_kprobe_multi(bpf_program* program);

/// At the function that the section names ("kprobe/FUNCTION", "kretprobe/FUNCTION"); nullptr and errno where it fails.
[[nodiscard]] bpf_link* attach_kprobe_multi(const bpf_program* program);

} // namespace dnsmon
