// SPDX-License-Identifier: Apache-2.0
// A list of filter.processes compiled. A pattern that begins with '/' is compared with the executable's path, any
// other with the process name, which the kernel cuts at 15 bytes; `*` stands for any run of characters, '/' included.
// Immutable after construction.
#pragma once

#include "event/event.h"
#include "pipeline/string_set.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dnsmon {

class ProcessPatterns {
  public:
    explicit ProcessPatterns(std::span<const std::string> patterns);
    [[nodiscard]] bool empty() const { return names_.empty() && paths_.empty(); }
    [[nodiscard]] bool match(const LocalProcess& process) const;

  private:
    struct Patterns {
        StringSet plain;
        std::vector<std::string> globs;
        void add(std::string_view pattern);
        [[nodiscard]] bool empty() const { return plain.empty() && globs.empty(); }
        [[nodiscard]] bool match(std::string_view text) const;
    };
    Patterns names_;
    Patterns paths_;
};

} // namespace dnsmon
