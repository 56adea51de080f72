// SPDX-License-Identifier: Apache-2.0
// Batches of numbered lines, and what became of them.
#pragma once

#include "output/batch.h"

#include <set>
#include <sstream>
#include <string>
#include <string_view>

namespace dnsmon::test {

inline void add_line(Batch& batch, std::string_view line) {
    EncodedEvent event;
    event.line_offset = static_cast<std::uint32_t>(batch.lines.size());
    batch.lines.text(line);
    event.line_bytes = static_cast<std::uint32_t>(line.size());
    batch.events.push_back(event);
}

/// Lines "first …xxx\n" to "first + count - 1 …", each `bytes` long.
inline Batch numbered(std::size_t first, std::size_t count, std::size_t bytes = 32) {
    Batch batch;
    for (std::size_t i = first; i < first + count; ++i) {
        std::string line = std::to_string(i) + " ";
        line.resize(std::max(bytes, line.size() + 1) - 1, 'x');
        add_line(batch, line + "\n");
    }
    return batch;
}

/// The numbers of all lines of `text`; a line that is not whole is number npos.
inline std::multiset<std::size_t> numbers(const std::string& text, std::size_t bytes = 32) {
    std::multiset<std::size_t> all;
    std::istringstream in(text);
    std::string line;
    while (std::getline(in, line)) all.insert(line.size() == bytes - 1 ? std::stoul(line) : std::string::npos);
    if (!text.empty() && text.back() != '\n') all.insert(std::string::npos);
    return all;
}

} // namespace dnsmon::test
