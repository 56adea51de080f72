// SPDX-License-Identifier: Apache-2.0
// Keeps a message that comes again and again from flooding the log: so many of each in a window of time, the rest are
// counted and told with the next one. Bounded; any thread may call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dnsmon {

class Repeats {
  public:
    static constexpr std::uint64_t kPerWindow = 20;
    static constexpr std::int64_t kWindowNs = 60'000'000'000;
    static constexpr std::size_t kMessages = 128;

    /// How many of `message` were left out before this one; nullopt: leave this one out, too.
    [[nodiscard]] std::optional<std::uint64_t> admit(std::string_view message, std::int64_t now_ns);
    [[nodiscard]] std::uint64_t left_out() const; ///< and not told yet

  private:
    struct Seen {
        std::int64_t since_ns = 0;
        std::uint64_t count = 0;
        std::uint64_t left_out = 0;
    };
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Seen> seen_;
};

} // namespace dnsmon
