// SPDX-License-Identifier: Apache-2.0
#include "probe/local_addresses.h"

#include <bpf/bpf.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <cerrno>
#include <memory>

namespace dnsmon {

Result<void> LocalAddresses::refresh() {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return system_error("reading interface addresses", errno);
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);

    std::set<Address> current;
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr) continue;
        if (entry->ifa_addr->sa_family == AF_INET) {
            const auto* v4 = reinterpret_cast<const sockaddr_in*>(entry->ifa_addr);
            current.insert(Address::v4(reinterpret_cast<const std::uint8_t*>(&v4->sin_addr)));
        } else if (entry->ifa_addr->sa_family == AF_INET6) {
            const auto* v6 = reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr);
            current.insert(Address::v6(v6->sin6_addr.s6_addr));
        }
    }

    const std::uint8_t present = 1;
    for (const Address& address : known_)
        if (!current.contains(address)) bpf_map_delete_elem(map_fd_, address.bytes.data());
    for (const Address& address : current)
        if (!known_.contains(address) && bpf_map_update_elem(map_fd_, address.bytes.data(), &present, BPF_ANY) != 0)
            return system_error("writing interface addresses", errno);
    known_ = std::move(current);
    return {};
}

} // namespace dnsmon
