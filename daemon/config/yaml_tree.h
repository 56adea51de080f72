// SPDX-License-Identifier: Apache-2.0
// YAML text -> a plain tree in which every node and key knows its place. Size, depth and node count are bounded;
// anchors and aliases are refused, so a small file never becomes a large tree. Only yaml_tree.cpp knows yaml-cpp;
// nothing here knows what the keys mean (config/fields.h does).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dnsmon {

constexpr std::size_t kYamlMaxBytes = 1U << 20;
constexpr std::size_t kYamlMaxNodes = 1U << 16;
constexpr std::size_t kYamlMaxDepth = 16;

/// Both from 1; {0, 0}: the text as a whole.
struct YamlPlace {
    int line = 0;
    int column = 0;
};

struct YamlEntry;

struct YamlNode {
    enum class Kind : std::uint8_t { kNull, kScalar, kList, kMap };
    Kind kind = Kind::kNull;
    bool quoted = false; ///< scalar: it stood in quotes, so it is text and no number
    YamlPlace place;
    std::string scalar;
    std::vector<YamlNode> items;    ///< list
    std::vector<YamlEntry> entries; ///< map, in the file's order; a key may stand there twice
};

struct YamlEntry {
    std::string key;
    YamlPlace place; ///< of the key
    YamlNode value;
};

struct YamlError {
    YamlPlace place;
    std::string what;
};

struct YamlTree {
    YamlNode root; ///< empty text: kNull. Meaningful only without an error.
    std::optional<YamlError> error;
};

[[nodiscard]] YamlTree parse_yaml(std::string_view text);

/// The entry at "output.file.path", the first where a key stands twice; nullptr when it is not there.
[[nodiscard]] const YamlEntry* find_entry(const YamlNode& root, std::string_view dotted_path);

} // namespace dnsmon
