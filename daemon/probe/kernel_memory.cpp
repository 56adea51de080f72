// SPDX-License-Identifier: Apache-2.0
#include "probe/kernel_memory.h"

#include "util/fd.h"

#include <bpf/bpf.h>

namespace dnsmon {

bool kernel_memory_readable() {
    return static_cast<bool>(
        Fd(::bpf_prog_load(BPF_PROG_TYPE_TRACEPOINT, nullptr, "GPL", kReadKernel.data(), kReadKernel.size(), nullptr)));
}

} // namespace dnsmon
