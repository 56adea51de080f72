// SPDX-License-Identifier: Apache-2.0
// The AF_PACKET sockets that the capture filter hangs on: one for all interfaces, or one for each named one. Nothing is
// ever read from them; closing them ends the capture.
#pragma once

#include "util/fd.h"
#include "util/result.h"

#include <string>
#include <vector>

namespace dnsmon {

/// `interfaces` empty: all, those to come included. An unknown name is an Error that says so (ENODEV).
[[nodiscard]] Result<std::vector<Fd>> open_packet_sockets(int filter_fd, const std::vector<std::string>& interfaces);

} // namespace dnsmon
