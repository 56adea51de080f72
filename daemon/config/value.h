// SPDX-License-Identifier: Apache-2.0
// One value of the file on its way into Config: a node, its key path, and where problems go. A value that is wrong
// leaves the target as it was and adds a problem with the node's place. Used on one thread, while a file is loaded.
#pragma once

#include "config/load.h"
#include "config/yaml_tree.h"
#include "util/result.h"

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dnsmon {

/// Problems of one file, each put at a place and a key.
class ProblemList {
  public:
    explicit ProblemList(std::string_view file) : file_(file) {}
    void add(YamlPlace place, std::string_view key_path, std::string what) {
        problems_.push_back({file_, place.line, place.column, std::string(key_path), std::move(what)});
    }
    [[nodiscard]] bool empty() const { return problems_.empty(); }
    /// In the file's order.
    [[nodiscard]] std::vector<ConfigProblem> take_sorted();

  private:
    std::string file_;
    std::vector<ConfigProblem> problems_;
};

/// "a list", "a map", "nothing", or the scalar in quotes.
[[nodiscard]] std::string describe(const YamlNode& node);

struct ListRule {
    std::string_view everything = {}; ///< the word that stands alone for an empty vector ("any", "all"); empty: none
    std::size_t at_least = 0;         ///< an explicit empty list may mean too much or too little
    std::size_t at_most = kYamlMaxNodes;
};

class Value {
  public:
    Value(const YamlNode& node, std::string_view key_path, ProblemList& problems)
        : node_(node), key_path_(key_path), problems_(problems) {}

    /// Whether it is this one word.
    [[nodiscard]] bool is(std::string_view word) const {
        return node_.kind == YamlNode::Kind::kScalar && node_.scalar == word;
    }

    /// `parse`: const YamlNode& (a scalar) -> Result<T>.
    template <typename T, typename Parse>
    void scalar(T& target, Parse parse) const {
        read_scalar(node_, parse, [&](T value) { target = std::move(value); });
    }

    /// A list of scalars, or one scalar for a list of one.
    template <typename T, typename Parse>
    void list(std::vector<T>& target, Parse parse, ListRule rule = {}) const {
        if (!rule.everything.empty() && node_.kind == YamlNode::Kind::kScalar && node_.scalar == rule.everything) {
            target.clear();
            return;
        }
        std::vector<T> values;
        const auto append = [&](T value) { values.push_back(std::move(value)); };
        if (node_.kind == YamlNode::Kind::kList) {
            if (!right_length(rule)) return;
            for (const auto& item : node_.items) read_scalar(item, parse, append);
        } else {
            read_scalar(node_, parse, append);
        }
        target = std::move(values);
    }

  private:
    template <typename Parse, typename Store>
    void read_scalar(const YamlNode& node, Parse parse, Store store) const {
        if (node.kind != YamlNode::Kind::kScalar) {
            problems_.add(node.place, key_path_, "a single value is expected, not " + describe(node));
            return;
        }
        auto parsed = parse(node);
        if (parsed) {
            store(*std::move(parsed));
        } else {
            problems_.add(node.place, key_path_, std::move(parsed).error().message);
        }
    }
    [[nodiscard]] bool right_length(const ListRule& rule) const;

    const YamlNode& node_;
    std::string_view key_path_;
    ProblemList& problems_;
};

// Parsers of scalars, for Value::scalar and Value::list.

[[nodiscard]] Result<bool> to_boolean(const YamlNode& node);
/// A whole number without quotes.
[[nodiscard]] Result<std::uint64_t> to_integer(const YamlNode& node, std::uint64_t lowest, std::uint64_t highest);
[[nodiscard]] Result<std::uint64_t> to_size(const YamlNode& node, std::uint64_t lowest, std::uint64_t highest);
[[nodiscard]] Result<std::chrono::milliseconds> to_duration(const YamlNode& node, std::chrono::milliseconds lowest,
                                                            std::chrono::milliseconds highest);
/// Index of the node's word in `words`; the problem lists them all.
[[nodiscard]] Result<std::size_t> to_choice(const YamlNode& node, std::span<const std::string_view> words);

} // namespace dnsmon
