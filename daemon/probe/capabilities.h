// SPDX-License-Identifier: Apache-2.0
// Which of the capabilities that dnsmon needs this process lacks. Asks the kernel each time; changes nothing.
#pragma once

#include <cstdint>
#include <string>

namespace dnsmon {

/// Of an effective set as in CapEff of /proc/self/status; "CAP_BPF CAP_NET_RAW", empty: nothing is missing.
[[nodiscard]] std::string missing_capabilities(std::uint64_t effective);
/// The same of the calling thread. In a user namespace of its own all are missing: the host's are asked for.
[[nodiscard]] std::string missing_capabilities();

[[nodiscard]] bool in_own_user_namespace();

} // namespace dnsmon
