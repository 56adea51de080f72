// SPDX-License-Identifier: Apache-2.0
// Which of the capabilities that dnsmon needs this process lacks. Asks the kernel each time; changes nothing.
#pragma once

#include <cstdint>
#include <string>

namespace dnsmon {

/// Of an effective set as in CapEff of /proc/self/status; "CAP_BPF CAP_NET_RAW", empty: nothing is missing.
[[nodiscard]] std::string missing_capabilities(std::uint64_t effective);
/// The same of the calling thread.
[[nodiscard]] std::string missing_capabilities();

} // namespace dnsmon
