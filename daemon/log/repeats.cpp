// SPDX-License-Identifier: Apache-2.0
#include "log/repeats.h"

#include <numeric>
#include <utility>

namespace dnsmon {

std::optional<std::uint64_t> Repeats::admit(std::string_view message, std::int64_t now_ns) {
    const std::lock_guard lock(mutex_);
    const auto known = seen_.find(std::string(message));
    if (known == seen_.end() && seen_.size() >= kMessages) {
        const auto idle = [&](const auto& entry) {
            return entry.second.left_out == 0 && now_ns - entry.second.since_ns >= kWindowNs;
        };
        std::erase_if(seen_, idle);
        if (seen_.size() >= kMessages) return 0; // texts that all differ are no repeats
    }
    Seen& seen = known == seen_.end() ? seen_[std::string(message)] : known->second;
    if (seen.count == 0 || now_ns - seen.since_ns >= kWindowNs) {
        seen.since_ns = now_ns;
        seen.count = 0;
    }
    if (seen.count == kPerWindow) {
        ++seen.left_out;
        return std::nullopt;
    }
    ++seen.count;
    return std::exchange(seen.left_out, 0);
}

std::uint64_t Repeats::left_out() const {
    const std::lock_guard lock(mutex_);
    return std::accumulate(seen_.begin(), seen_.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& entry) { return sum + entry.second.left_out; });
}

} // namespace dnsmon
