// SPDX-License-Identifier: Apache-2.0
#include "probe/local_addresses.h"

#include <bpf/bpf.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace dnsmon {

Result<void> LocalAddresses::refresh() {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return system_error("reading interface addresses", errno);
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);

    std::set<AddressBytes> current;
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr) continue;
        AddressBytes address{};
        if (entry->ifa_addr->sa_family == AF_INET) {
            address[10] = address[11] = 0xff; // ::ffff:a.b.c.d, as the owners map keys it
            const auto* v4 = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
            std::memcpy(&address[12], &v4->sin_addr, 4);
        } else if (entry->ifa_addr->sa_family == AF_INET6) {
            const auto* v6 = reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr);
            std::memcpy(address.data(), &v6->sin6_addr, 16);
        } else {
            continue;
        }
        current.insert(address);
    }

    const std::uint8_t present = 1;
    for (const AddressBytes& address : known_)
        if (!current.contains(address)) bpf_map_delete_elem(map_fd_, address.data());
    for (const AddressBytes& address : current)
        if (!known_.contains(address) && bpf_map_update_elem(map_fd_, address.data(), &present, BPF_ANY) != 0)
            return system_error("writing interface addresses", errno);
    known_ = std::move(current);
    return {};
}

} // namespace dnsmon
