// SPDX-License-Identifier: Apache-2.0
// A program that is attached; destruction detaches it. Nothing is pinned, so nothing outlives the process either.
#pragma once

#include <bpf/libbpf.h>

#include <memory>

namespace dnsmon {

struct DetachLink {
    void operator()(bpf_link* link) const { ::bpf_link__destroy(link); }
};
using BpfLink = std::unique_ptr<bpf_link, DetachLink>;

} // namespace dnsmon
