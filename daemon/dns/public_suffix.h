// SPDX-License-Identifier: Apache-2.0
// A name cut at its public suffix (publicsuffix.org), for dns.question.{registered_domain,top_level_domain,subdomain}.
// Results are cached in a fixed table, so each user (one thread) has its own; only this file's .cpp sees libpsl.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace dnsmon {

/// Lower case; empty: there is none. Valid until the next split().
struct DomainParts {
    std::string_view registered_domain; ///< "example.co.uk"
    std::string_view top_level_domain;  ///< the public suffix: "co.uk"
    std::string_view subdomain;         ///< "www"
};

class PublicSuffix {
  public:
    PublicSuffix();
    ~PublicSuffix();
    PublicSuffix(PublicSuffix&&) noexcept;
    PublicSuffix& operator=(PublicSuffix&&) noexcept;

    /// `name` without its trailing dot. Nothing for the root; no registry has labels with escapes, but any may stand before.
    [[nodiscard]] DomainParts split(std::string_view name);

  private:
    static constexpr std::size_t kMaxNameBytes = 253; // RFC 1035 2.3.4 as text
    static constexpr std::size_t kCachedNameBytes = 61; // an entry is a cache line; longer names are looked up each time
    struct Split {
        std::uint8_t suffix = 0;     ///< where the public suffix begins
        std::uint8_t registered = 0; ///< where the registered domain begins; = suffix when there is none
    };
    struct Entry {
        std::uint8_t bytes = 0; ///< of name; 0: the slot is free
        Split split;
        std::array<char, kCachedNameBytes> name{};
    };
    struct List; ///< libpsl's context

    Split find(std::string_view lower_case_name, int labels);
    [[nodiscard]] bool is_suffix(std::string_view lower_case_name) const;

    std::unique_ptr<List> list_;
    std::vector<Entry> cache_;
    std::array<char, 4 * kMaxNameBytes> lower_{}; ///< \DDD for each byte; the name of the last split(), which its parts are of
};

} // namespace dnsmon
