// SPDX-License-Identifier: Apache-2.0
// Had a process ended by some time? Asked of the kernel by a descriptor that stays this process's when its pid is used again:
// one system call for a process that is known, none for a time at which it is known to have lived. Bounded. Loop thread only.
#pragma once

#include "util/fd.h"

#include <cstdint>
#include <map>
#include <utility>

namespace dnsmon {

class Liveness {
  public:
    Liveness();
    /// `start_ns` as in Owner: another start time is another process; 0: not known. False where that cannot be told, as
    /// in a pid namespace of our own. A process that waits to be reaped has ended. `at_ns`: since the epoch.
    [[nodiscard]] bool has_ended(std::uint32_t pid, std::uint64_t start_ns, std::int64_t at_ns);

  private:
    struct Watched {
        Fd pidfd; ///< invalid: has ended, or nobody may know
        bool ended = false;
        std::int64_t seen_alive_ns = 0;
    };
    using Key = std::pair<std::uint32_t, std::uint64_t>;
    [[nodiscard]] static Watched watch(const Key& key);

    bool sees_all_; ///< pids are those that the kernel's programs see
    std::map<Key, Watched> watched_;
};

} // namespace dnsmon
