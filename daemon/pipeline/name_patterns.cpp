// SPDX-License-Identifier: Apache-2.0
#include "pipeline/name_patterns.h"

#include "config/patterns.h"
#include "pipeline/glob.h"

#include <algorithm>
#include <array>

namespace dnsmon {
namespace {

constexpr std::size_t kMaxLabels = 128; // 255 octets hold 127 (RFC 1035 2.3.4)

/// The labels of a name in presentation form; "\." and "\\" do not end one. What exceeds kMaxLabels is left out:
/// no name of the wire does.
struct Labels {
    std::array<std::string_view, kMaxLabels> label;
    std::size_t count = 0;

    explicit Labels(std::string_view name) {
        std::size_t begin = 0;
        for (std::size_t i = 0; i < name.size(); ++i) {
            if (name[i] == '\\') {
                ++i;
            } else if (name[i] == '.') {
                add(name.substr(begin, i - begin));
                begin = i + 1;
            }
        }
        if (begin < name.size()) add(name.substr(begin)); // else: the trailing dot, or the root
    }

  private:
    void add(std::string_view text) {
        if (count < kMaxLabels) label[count++] = text;
    }
};

std::string without_trailing_dot(std::string_view name) {
    const Labels labels(name);
    if (labels.count == 0) return {};
    const auto& last = labels.label[labels.count - 1];
    return std::string(name.substr(0, static_cast<std::size_t>(last.data() + last.size() - name.data())));
}

bool labels_match(std::span<const std::string> patterns, std::span<const std::string_view> labels) {
    return std::equal(patterns.begin(), patterns.end(), labels.begin(), labels.end(), glob_match);
}

} // namespace

void to_lower(std::string& text) {
    for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
}

NamePatterns::NamePatterns(std::span<const std::string> patterns) {
    for (const auto& pattern : patterns) add(pattern);
}

void NamePatterns::add(std::string pattern) {
    to_lower(pattern);
    if (pattern == "*") {
        every_name_ = true;
        return;
    }
    if (pattern.starts_with(kRegisteredPrefix)) {
        add_registered(without_trailing_dot(pattern.substr(kRegisteredPrefix.size())));
        return;
    }
    if (pattern.starts_with(kSuffixPrefix)) {
        public_suffix_.emplace();
        suffixes_.insert(without_trailing_dot(pattern.substr(kSuffixPrefix.size())));
        return;
    }
    if (pattern == ".") {
        self_.insert(std::move(pattern));
        return;
    }
    Reach reach = Reach::kSelf;
    if (pattern.starts_with("*.")) {
        reach = Reach::kBelow;
        pattern.erase(0, 2);
    } else if (pattern.starts_with('.')) {
        reach = Reach::kSelfAndBelow;
        pattern.erase(0, 1);
    }
    pattern = without_trailing_dot(pattern);
    if (is_glob(pattern)) {
        const Labels labels(pattern);
        globs_.push_back({{labels.label.begin(), labels.label.begin() + labels.count}, reach});
        return;
    }
    if (reach != Reach::kBelow) self_.insert(pattern);
    if (reach != Reach::kSelf) below_.insert(std::move(pattern));
}

void NamePatterns::add_registered(std::string pattern) {
    public_suffix_.emplace();
    if (is_glob(pattern))
        registered_globs_.push_back(std::move(pattern));
    else
        registered_.insert(std::move(pattern));
}

bool NamePatterns::empty() const {
    return !every_name_ && self_.empty() && below_.empty() && globs_.empty() && !public_suffix_;
}

bool NamePatterns::match_domains(std::string_view name) {
    const DomainParts parts = public_suffix_->split(name);
    if (!parts.top_level_domain.empty() && suffixes_.contains(parts.top_level_domain)) return true;
    if (parts.registered_domain.empty()) return false;
    return registered_.contains(parts.registered_domain) ||
           std::any_of(registered_globs_.begin(), registered_globs_.end(),
                       [&](const std::string& glob) { return glob_match(glob, parts.registered_domain); });
}

bool NamePatterns::match(std::string_view name) {
    if (every_name_ || self_.contains(name)) return true;
    if (public_suffix_ && match_domains(name)) return true;
    if (below_.empty() && globs_.empty()) return false;
    const Labels labels(name);
    const std::span all(labels.label.data(), labels.count);
    for (const auto label : all.subspan(std::min<std::size_t>(1, all.size()))) {
        if (below_.contains(name.substr(static_cast<std::size_t>(label.data() - name.data())))) return true;
    }
    return std::any_of(globs_.begin(), globs_.end(), [&](const Glob& glob) {
        const auto length = glob.labels.size();
        if (all.size() < length || (all.size() == length && glob.reach == Reach::kBelow)) return false;
        if (all.size() > length && glob.reach == Reach::kSelf) return false;
        return labels_match(glob.labels, all.last(length));
    });
}

} // namespace dnsmon
