// SPDX-License-Identifier: Apache-2.0
#include "event/public_suffix.h"

#include <algorithm>

#include <libpsl.h>

namespace dnsmon {

namespace {

constexpr std::size_t kCacheEntries = 512; // a power of two; 128 KiB
constexpr int kMaxLabels = 8;              // no rule of the list is deeper; keeps a hostile name of 127 labels cheap

/// A name that is fit to be asked for, in lower case; 0: it is not.
std::size_t to_lower(std::string_view name, char* to, std::size_t limit) {
    if (name.empty() || name == "." || name.size() > limit) return 0;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        if (c == '\\') return 0;
        to[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    }
    return name.size();
}

/// FNV-1a, eight bytes a step: names are short and the table only wants them spread.
std::size_t hash(std::string_view text) {
    std::uint64_t value = 0xcbf29ce484222325ULL;
    while (!text.empty()) {
        std::uint64_t word = 0;
        const std::size_t taken = std::min<std::size_t>(8, text.size());
        std::copy_n(text.data(), taken, reinterpret_cast<char*>(&word));
        value = (value ^ word) * 0x100000001b3ULL;
        value ^= value >> 29;
        text.remove_prefix(taken);
    }
    return static_cast<std::size_t>(value);
}

/// Where the last `labels` labels of `name` begin.
std::size_t last_labels(std::string_view name, int labels) {
    std::size_t start = name.size();
    for (int i = 0; i < labels && start != 0; ++i) {
        const std::size_t dot = start < 2 ? std::string_view::npos : name.rfind('.', start - 2);
        start = dot == std::string_view::npos ? 0 : dot + 1;
    }
    return start;
}

} // namespace

struct PublicSuffix::List {
    // The newest of the list built into libpsl and the one the publicsuffix package keeps up to date.
    List() : context(psl_latest(nullptr)) {}
    ~List() { psl_free(context); }
    List(const List&) = delete;
    List& operator=(const List&) = delete;
    psl_ctx_t* context; ///< null: no list at all, then every name's suffix is its last label
};

PublicSuffix::PublicSuffix() : list_(std::make_unique<List>()), cache_(kCacheEntries) {}
PublicSuffix::~PublicSuffix() = default;
PublicSuffix::PublicSuffix(PublicSuffix&&) noexcept = default;
PublicSuffix& PublicSuffix::operator=(PublicSuffix&&) noexcept = default;

void PublicSuffix::look_up(Entry& entry) const {
    // libpsl wants a terminated string and looks at it from its left end.
    std::array<char, kMaxNameBytes + 1> text{};
    std::copy_n(entry.name.data(), entry.bytes, text.data());
    const std::string_view name(text.data(), entry.bytes);
    std::size_t suffix = last_labels(name, kMaxLabels);
    std::size_t before = suffix;
    const std::size_t last = last_labels(name, 1);
    while (suffix < last && !(list_->context != nullptr && psl_is_public_suffix(list_->context, text.data() + suffix) != 0)) {
        before = suffix;
        suffix = name.find('.', suffix) + 1;
    }
    entry.suffix = static_cast<std::uint8_t>(suffix);
    entry.registered = static_cast<std::uint8_t>(before);
}

DomainParts PublicSuffix::split(std::string_view name) {
    std::array<char, kMaxNameBytes> lower; // filled as far as it is read
    const std::size_t bytes = to_lower(name, lower.data(), lower.size());
    if (bytes == 0) return {};
    const std::string_view key(lower.data(), bytes);
    Entry& entry = cache_[hash(key) % kCacheEntries];
    if (std::string_view(entry.name.data(), entry.bytes) != key) {
        std::copy_n(key.data(), bytes, entry.name.data());
        entry.bytes = static_cast<std::uint8_t>(bytes);
        look_up(entry);
    }
    const std::string_view found(entry.name.data(), entry.bytes);
    DomainParts parts;
    parts.top_level_domain = found.substr(entry.suffix);
    if (entry.registered == entry.suffix) return parts;
    parts.registered_domain = found.substr(entry.registered);
    if (entry.registered > 0) parts.subdomain = found.substr(0, entry.registered - 1U);
    return parts;
}

} // namespace dnsmon
