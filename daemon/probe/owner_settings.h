// SPDX-License-Identifier: Apache-2.0
// What every object of owner hooks gets: the maps of the capture object that it writes to, and settings.
#pragma once

#include "probe/skeletons.h"
#include "util/result.h"

#include <cstdint>
#include <vector>

namespace dnsmon {

struct OwnerSettings {
    int owners_fd = -1;
    int counters_fd = -1;
    int sent_fd = -1;
    int listeners_fd = -1;
    const std::vector<std::uint16_t>& ports;
    bool any_port = false;    ///< senders on other ports matter, too
    std::uint32_t owners = 0; ///< entries of the owners map

    /// Before load: the object's maps of the same names become these.
    [[nodiscard]] Result<void> share_maps(const BpfObject& object) const;
};

} // namespace dnsmon
