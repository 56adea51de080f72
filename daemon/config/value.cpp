// SPDX-License-Identifier: Apache-2.0
#include "config/value.h"

#include "config/quote.h"
#include "config/suggest.h"
#include "config/units.h"

#include <algorithm>
#include <tuple>

namespace dnsmon {
namespace {

std::string joined(std::span<const std::string_view> words) {
    std::string out;
    for (const auto word : words) out.append(out.empty() ? "" : ", ").append(word);
    return out;
}

std::string outside(const YamlNode& node, const std::string& lowest, const std::string& highest) {
    constexpr std::size_t kLongest = 32; // digits are copied from the file
    return (node.scalar.size() > kLongest ? dnsmon::quoted(node.scalar) : node.scalar) + " is out of range: " + lowest + " to " + highest + " is allowed";
}

template <typename T>
bool is_outside(const Result<T>& value, T lowest, T highest) {
    return value ? *value < lowest || *value > highest : value.error().code == kTooLarge;
}

} // namespace

std::vector<ConfigProblem> ProblemList::take_sorted() {
    std::stable_sort(problems_.begin(), problems_.end(), [](const ConfigProblem& a, const ConfigProblem& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
    return std::move(problems_);
}

std::string describe(const YamlNode& node) {
    switch (node.kind) {
    case YamlNode::Kind::kNull: return "nothing";
    case YamlNode::Kind::kScalar: return dnsmon::quoted(node.scalar);
    case YamlNode::Kind::kList: return "a list";
    case YamlNode::Kind::kMap: return "a map";
    }
    return {};
}

bool Value::right_length(const ListRule& rule) const {
    if (node_.items.size() < rule.at_least) {
        const auto instead = rule.everything.empty() ? std::string() : ", or " + std::string(rule.everything);
        problems_.add(node_.place, key_path_, "the list is empty: name at least one" + instead);
        return false;
    }
    if (node_.items.size() > rule.at_most) {
        problems_.add(node_.place, key_path_,
                      "the list has " + std::to_string(node_.items.size()) + " entries: at most " +
                          std::to_string(rule.at_most) + " are allowed");
        return false;
    }
    return true;
}

Result<bool> to_boolean(const YamlNode& node) {
    if (!node.quoted && node.scalar == "true") return true;
    if (!node.quoted && node.scalar == "false") return false;
    return Error{"true or false is expected, not " + describe(node) + (node.quoted ? " in quotes" : "")};
}

Result<std::uint64_t> to_integer(const YamlNode& node, std::uint64_t lowest, std::uint64_t highest) {
    if (node.quoted) return Error{"a number is expected, not " + describe(node) + " in quotes"};
    auto value = parse_integer(node.scalar);
    if (is_outside(value, lowest, highest)) {
        return Error{outside(node, std::to_string(lowest), std::to_string(highest))};
    }
    return value;
}

Result<std::uint64_t> to_size(const YamlNode& node, std::uint64_t lowest, std::uint64_t highest) {
    auto value = parse_size(node.scalar);
    if (is_outside(value, lowest, highest)) {
        return Error{outside(node, format_size(lowest), format_size(highest))};
    }
    return value;
}

Result<std::chrono::milliseconds> to_duration(const YamlNode& node, std::chrono::milliseconds lowest,
                                              std::chrono::milliseconds highest) {
    auto value = parse_duration(node.scalar);
    if (is_outside(value, lowest, highest)) {
        return Error{outside(node, format_duration(lowest), format_duration(highest))};
    }
    return value;
}

Result<std::size_t> to_choice(const YamlNode& node, std::span<const std::string_view> words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (node.scalar == words[i]) return i;
    }
    const auto meant = nearest_word(node.scalar, words);
    const auto hint = meant.empty() ? std::string() : "; did you mean " + std::string(meant) + "?";
    return Error{dnsmon::quoted(node.scalar) + " is not one of " + joined(words) + hint};
}

} // namespace dnsmon
