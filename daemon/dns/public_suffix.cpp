// SPDX-License-Identifier: Apache-2.0
#include "dns/public_suffix.h"

#include <libpsl.h>

#include <algorithm>

namespace dnsmon {

namespace {

constexpr std::size_t kCacheEntries = 4096; // a power of two; 256 KiB
constexpr int kMaxLabels = 8;              // no rule of the list is deeper: a name of 127 labels costs eight look-ups

/// `name` in lower case, and where the labels begin that have no escape: no registry has others. npos: the last one has.
std::size_t to_lower(std::string_view name, char* to) {
    std::size_t plain = 0;
    bool escaped = false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        to[i] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        if (c == '\\') {
            escaped = true;
            if (++i < name.size()) to[i] = name[i]; // it may be a dot, or the first of three digits
        } else if (c == '.') {
            if (escaped) plain = i + 1;
            escaped = false;
        }
    }
    return escaped ? std::string_view::npos : plain;
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
PublicSuffix::Split PublicSuffix::find(std::string_view lower_case_name, int labels) {
    Entry& entry = cache_[hash(lower_case_name) % kCacheEntries];
    if (std::string_view(entry.name.data(), entry.bytes) == lower_case_name) return entry.split;

    const std::size_t dot = lower_case_name.find('.');
    Split split;
    if (dot != std::string_view::npos && (labels > kMaxLabels || !is_suffix(lower_case_name))) {
        const Split parent = find(lower_case_name.substr(dot + 1), labels - 1);
        split.suffix = static_cast<std::uint8_t>(dot + 1 + parent.suffix);
        if (parent.suffix > 0) split.registered = static_cast<std::uint8_t>(dot + 1 + parent.registered);
    }
    if (lower_case_name.size() > entry.name.size()) return split;
    std::copy(lower_case_name.begin(), lower_case_name.end(), entry.name.begin());
    entry.bytes = static_cast<std::uint8_t>(lower_case_name.size());
    entry.split = split;
    return split;
}

DomainParts PublicSuffix::split(std::string_view name) {
    if (name.empty() || name == "." || name.size() > lower_.size()) return {};
    const std::size_t begin = to_lower(name, lower_.data());
    if (begin == std::string_view::npos || name.size() - begin > kMaxNameBytes) return {};
    const std::string_view lower(lower_.data(), name.size());
    const std::string_view plain = lower.substr(begin);
    const Split split = find(plain, 1 + static_cast<int>(std::count(plain.begin(), plain.end(), '.')));
    DomainParts parts;
    parts.top_level_domain = plain.substr(split.suffix);
    if (split.registered == split.suffix) return parts;
    parts.registered_domain = plain.substr(split.registered);
    const std::size_t registered = begin + split.registered;
    if (registered > 0) parts.subdomain = lower.substr(0, registered - 1U);
    return parts;
}

} // namespace dnsmon
