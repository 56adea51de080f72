// SPDX-License-Identifier: Apache-2.0
#include "pipeline/process_patterns.h"

#include "event/event_text.h"
#include "pipeline/glob.h"

#include <algorithm>

namespace dnsmon {
namespace {

constexpr std::size_t kCommBytes = 15; // TASK_COMM_LEN without its NUL

} // namespace

void ProcessPatterns::Patterns::add(std::string_view pattern) {
    if (is_glob(pattern)) {
        globs.emplace_back(pattern);
    } else {
        plain.emplace(pattern);
    }
}

bool ProcessPatterns::Patterns::match(std::string_view text) const {
    if (plain.contains(text)) return true;
    return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return glob_match(glob, text); });
}

ProcessPatterns::ProcessPatterns(std::span<const std::string> patterns) {
    for (const std::string_view pattern : patterns) {
        if (pattern.starts_with('/')) {
            paths_.add(pattern);
        } else {
            names_.add(is_glob(pattern) ? pattern : pattern.substr(0, kCommBytes));
        }
    }
}

bool ProcessPatterns::match(const LocalProcess& process) const {
    if (!names_.empty() && names_.match(process_name(process))) return true;
    return !paths_.empty() && process.details != nullptr && paths_.match(process.details->executable);
}

} // namespace dnsmon
