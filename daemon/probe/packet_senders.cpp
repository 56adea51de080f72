// SPDX-License-Identifier: Apache-2.0
#include "probe/packet_senders.h"

#include "probe/cgroup2.h"
#include "probe/libbpf_log.h"

#include <cerrno>
#include <utility>

namespace dnsmon {

Result<PacketSenders> PacketSenders::attach(const OwnerSettings& settings) {
    if (!kernel_shows_sockets()) return Error{"before Linux 6.2 a packet does not tell its socket", EOPNOTSUPP};
    auto cgroup = open_cgroup2_root();
    if (!cgroup) return std::move(cgroup).error();
    auto object = open_senders(settings.ports, settings.any_port);
    if (!object) return std::move(object).error();
    if (auto shared = settings.share_maps(*object); !shared) return std::move(shared).error();

    bpf_program* egress = ::bpf_object__find_program_by_name(object->get(), "egress");
    ::bpf_program__set_autoload(egress, true);
    const LibbpfLog log;
    if (const int error = object->load(); error != 0) return log.explain("loading", -error);
    BpfLink link(::bpf_program__attach_cgroup(egress, cgroup->get()));
    if (!link) return log.explain("attaching", errno);
    return PacketSenders(std::move(object).value(), std::move(link));
}

} // namespace dnsmon
