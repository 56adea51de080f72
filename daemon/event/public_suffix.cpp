// SPDX-License-Identifier: Apache-2.0
#include "event/public_suffix.h"

#include <libpsl.h>

#include <algorithm>

namespace dnsmon {

namespace {

constexpr std::size_t kCacheEntries = 512; // a power of two; 128 KiB
constexpr int kMaxLabels = 8;              // no rule of the list is deeper: a name of 127 labels costs eight look-ups

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

bool PublicSuffix::is_suffix(std::string_view lower_case_name) const {
    std::array<char, kMaxNameBytes + 1> text; // libpsl wants a terminated string
    *std::copy(lower_case_name.begin(), lower_case_name.end(), text.begin()) = '\0';
    return list_->context != nullptr && psl_is_public_suffix(list_->context, text.data()) != 0;
}

/// The longest suffix in the list counts: a name that is not in it has its parent's, and the parent is often cached.
const PublicSuffix::Entry& PublicSuffix::find(std::string_view lower_case_name, int labels) {
    const std::size_t slot = hash(lower_case_name) % kCacheEntries;
    const Entry& cached = cache_[slot];
    if (std::string_view(cached.name.data(), cached.bytes) == lower_case_name) return cached;

    const std::size_t dot = lower_case_name.find('.');
    std::size_t suffix = 0;
    std::size_t registered = 0;
    if (dot != std::string_view::npos && (labels > kMaxLabels || !is_suffix(lower_case_name))) {
        const Entry& parent = find(lower_case_name.substr(dot + 1), labels - 1);
        suffix = dot + 1 + parent.suffix;
        registered = parent.suffix > 0 ? dot + 1 + parent.registered : 0;
    }
    Entry& entry = cache_[slot]; // only now: the parent may have the same slot
    std::copy(lower_case_name.begin(), lower_case_name.end(), entry.name.begin());
    entry.bytes = static_cast<std::uint8_t>(lower_case_name.size());
    entry.suffix = static_cast<std::uint8_t>(suffix);
    entry.registered = static_cast<std::uint8_t>(registered);
    return entry;
}

DomainParts PublicSuffix::split(std::string_view name) {
    std::array<char, kMaxNameBytes> lower; // filled as far as it is read
    const std::size_t bytes = to_lower(name, lower.data(), lower.size());
    if (bytes == 0) return {};
    const std::string_view key(lower.data(), bytes);
    const Entry& entry = find(key, 1 + static_cast<int>(std::count(key.begin(), key.end(), '.')));
    const std::string_view found(entry.name.data(), entry.bytes);
    DomainParts parts;
    parts.top_level_domain = found.substr(entry.suffix);
    if (entry.registered == entry.suffix) return parts;
    parts.registered_domain = found.substr(entry.registered);
    if (entry.registered > 0) parts.subdomain = found.substr(0, entry.registered - 1U);
    return parts;
}

} // namespace dnsmon
