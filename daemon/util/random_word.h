// SPDX-License-Identifier: Apache-2.0
// A number that nobody outside can foretell, so that nobody can choose what collides in a hash table. Any thread.
#pragma once

#include <sys/random.h>

#include <cstdint>

namespace dnsmon {

/// A fixed one where the kernel has no random numbers yet: worse tables, nothing else.
[[nodiscard]] inline std::uint64_t random_word() {
    std::uint64_t word = 0;
    if (::getrandom(&word, sizeof word, GRND_NONBLOCK) != static_cast<ssize_t>(sizeof word)) return 0x9e3779b97f4a7c15ULL;
    return word;
}

} // namespace dnsmon
