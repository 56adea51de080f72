// SPDX-License-Identifier: Apache-2.0
// What dnsmon's exit status means (dnsmon(8), EXIT STATUS); the larger ones are sysexits.h's.
#pragma once

namespace dnsmon {

constexpr int kExitOk = 0;
constexpr int kExitFailed = 1;        ///< the work failed
constexpr int kExitUsage = 64;        ///< the command line is wrong
constexpr int kExitNoPermission = 77; ///< a capability is missing
constexpr int kExitConfig = 78;       ///< the configuration is wrong; the unit does not restart on it

} // namespace dnsmon
