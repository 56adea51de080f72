// SPDX-License-Identifier: Apache-2.0
#include "probe/owner_settings.h"

#include <bpf/libbpf.h>

#include <string>
#include <utility>

namespace dnsmon {

Result<void> OwnerSettings::share_maps(const BpfObject& object) const {
    for (const auto& [name, fd] : {std::pair("owners", owners_fd), std::pair("counters", counters_fd),
                                   std::pair("sent", sent_fd), std::pair("listeners", listeners_fd)}) {
        bpf_map* map = ::bpf_object__find_map_by_name(object.get(), name);
        if (map == nullptr) continue; // not every flavour knows the packet's own sender
        if (const int error = ::bpf_map__reuse_fd(map, fd); error != 0)
            return system_error(std::string("sharing map ") + name, -error);
    }
    return {};
}

} // namespace dnsmon
