// SPDX-License-Identifier: Apache-2.0
// A key of the kernel's random numbers, for hashes that nobody compares with those of another run. Any thread.
#pragma once

#include "util/result.h"
#include "util/siphash.h"

#include <sys/random.h>

#include <cerrno>

namespace dnsmon {

[[nodiscard]] inline Result<HashKey> random_key() {
    HashKey key{};
    if (::getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size()))
        return system_error("making a random key", errno);
    return key;
}

} // namespace dnsmon
