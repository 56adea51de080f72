// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_tree.h"

#include "config/quote.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <utility>

namespace dnsmon {
namespace {

constexpr const char* kNoAliases = "aliases (*) are not supported; a text that begins with * needs quotes";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

YamlPlace to_place(const YAML::Mark& mark) {
    if (mark.is_null()) return {};
    return {mark.line + 1, mark.column + 1};
}

/// Leaves yaml-cpp's parser from inside an event; caught in parse_yaml.
struct Refusal {
    YamlError error;
};

[[noreturn]] void refuse(const YAML::Mark& mark, std::string what) {
    throw Refusal{{to_place(mark), std::move(what)}};
}

/// Builds the tree from yaml-cpp's events. The events, and not YAML::Node, because they carry every place, tell a
/// quoted scalar from a plain one and let an alias be refused before anything is multiplied.
class TreeBuilder final : public YAML::EventHandler {
  public:
    explicit TreeBuilder(std::string_view text) : text_(text) {}
    [[nodiscard]] YamlNode take_root() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (std::exchange(in_document_, true)) refuse(mark, "a second YAML document: one is expected");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
        add(mark, new_node(mark, YamlNode::Kind::kNull));
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                  const std::string& value) override {
        auto node = new_node(mark, YamlNode::Kind::kScalar);
        node.quoted = tag == kNotPlain;
        if (node.quoted) {
            check_quotes(mark);
        } else {
            check_tag(mark, tag);
        }
        node.scalar = value;
        add(mark, std::move(node));
    }
    void OnAnchor(const YAML::Mark& mark, const std::string& /*name*/) override {
        refuse(mark, "anchors (&) are not supported");
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { refuse(mark, kNoAliases); }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                         YAML::EmitterStyle::value /*style*/) override {
        check_tag(mark, tag);
        open(mark, YamlNode::Kind::kList);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t /*anchor*/,
                    YAML::EmitterStyle::value /*style*/) override {
        check_tag(mark, tag);
        open(mark, YamlNode::Kind::kMap);
    }
    void OnMapEnd() override { close(); }

  private:
    // What yaml-cpp calls nodes without a tag: quoted and block scalars, and all others.
    static constexpr std::string_view kNotPlain = "!";
    static constexpr std::string_view kPlain = "?";

    struct Open {
        YAML::Mark mark;
        YamlNode node;
        std::optional<YamlEntry> pending; ///< map: the key whose value comes next
    };

    YamlNode new_node(const YAML::Mark& mark, YamlNode::Kind kind) {
        if (++nodes_ > kYamlMaxNodes) refuse(mark, "more than " + std::to_string(kYamlMaxNodes) + " values");
        YamlNode node;
        node.kind = kind;
        node.place = to_place(mark);
        return node;
    }

    static void check_tag(const YAML::Mark& mark, std::string_view tag) {
        if (tag != kPlain) refuse(mark, "tags (!) are not supported");
    }

    /// yaml-cpp takes the end of the file for a closing quote: a forgotten one would swallow every key after it.
    void check_quotes(const YAML::Mark& mark) const {
        const auto begin = static_cast<std::size_t>(std::max(mark.pos, 0));
        const char quote = begin < text_.size() ? text_[begin] : '\0';
        if (quote == '!') refuse(mark, "tags (!) are not supported");
        if (quote != '"' && quote != '\'') return; // a block scalar
        for (auto i = begin + 1; i < text_.size(); ++i) {
            if (quote == '"' && text_[i] == '\\') {
                ++i;
            } else if (text_[i] == quote) {
                const bool doubled = quote == '\'' && i + 1 < text_.size() && text_[i + 1] == quote;
                if (!doubled) return;
                ++i;
            }
        }
        refuse(mark, "the quote is never closed");
    }

    void open(const YAML::Mark& mark, YamlNode::Kind kind) {
        if (open_.size() >= kYamlMaxDepth) refuse(mark, "nested more than " + std::to_string(kYamlMaxDepth) + " deep");
        open_.push_back({mark, new_node(mark, kind), std::nullopt});
    }

    void close() {
        auto done = std::move(open_.back());
        open_.pop_back();
        add(done.mark, std::move(done.node));
    }

    void add(const YAML::Mark& mark, YamlNode node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        auto& parent = open_.back();
        if (parent.node.kind == YamlNode::Kind::kList) {
            parent.node.items.push_back(std::move(node));
        } else if (parent.pending) {
            parent.pending->value = std::move(node);
            parent.node.entries.push_back(std::move(*parent.pending));
            parent.pending.reset();
        } else {
            if (node.kind != YamlNode::Kind::kScalar) refuse(mark, "a key must be a word");
            parent.pending = YamlEntry{std::move(node.scalar), node.place, {}};
        }
    }

    std::string_view text_; ///< as given to the parser: Mark::pos counts in it
    YamlNode root_;
    std::vector<Open> open_;
    std::size_t nodes_ = 0;
    bool in_document_ = false;
};

/// Reads the text where it lies: no copy as std::istringstream would make.
class ViewBuffer final : public std::streambuf {
  public:
    explicit ViewBuffer(std::string_view text) {
        auto* begin = const_cast<char*>(text.data()); // setg wants char*; a get area is never written
        setg(begin, begin, begin + text.size());
    }
};

/// yaml-cpp's words for a tab in the indentation mislead ("illegal map value"): the first such line up to the error.
std::optional<YamlPlace> first_tab_indent(std::string_view text, int last_line) {
    int line = 1;
    while (line <= last_line && !text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto indent = text.substr(0, end).find_first_not_of(' ');
        if (indent != std::string_view::npos && text[indent] == '\t')
            return YamlPlace{line, static_cast<int>(indent) + 1};
        text.remove_prefix(std::min(end + 1, text.size()));
        ++line;
    }
    return std::nullopt;
}

YamlError syntax_error(const YAML::ParserException& problem, std::string_view text) {
    const auto place = to_place(problem.mark);
    if (const auto tab = first_tab_indent(text, place.line)) {
        return {*tab, "a tab in the indentation: YAML wants spaces"};
    }
    const bool in_text = problem.mark.pos >= 0 && static_cast<std::size_t>(problem.mark.pos) < text.size();
    if (in_text && text[static_cast<std::size_t>(problem.mark.pos)] == '*') return {place, kNoAliases};
    return {place, "YAML syntax: " + printable(problem.msg)};
}

std::optional<YamlError> reject_unreadable(std::string_view text) {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return YamlError{{}, "UTF-16: UTF-8 is expected"};
    if (text.size() > kYamlMaxBytes) return YamlError{{}, "larger than " + std::to_string(kYamlMaxBytes) + " bytes"};
    const auto nul = text.find('\0');
    if (nul == std::string_view::npos) return std::nullopt;
    const auto before = text.substr(0, nul);
    const auto line = static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
    const auto column = static_cast<int>(nul - (before.rfind('\n') + 1)) + 1; // npos + 1 is 0
    return YamlError{{line, column}, "a NUL byte: this is not a text file"};
}

} // namespace

YamlTree parse_yaml(std::string_view text) {
    if (auto error = reject_unreadable(text)) return {{}, std::move(error)};
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size()); // an editor's UTF-8 mark
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    TreeBuilder builder(text);
    try {
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        } // the builder refuses a second document
    } catch (const YAML::ParserException& problem) {
        return {{}, syntax_error(problem, text)};
    } catch (const YAML::Exception& problem) {
        return {{}, YamlError{to_place(problem.mark), "YAML: " + printable(problem.msg)}};
    } catch (Refusal& refusal) {
        return {{}, std::move(refusal.error)};
    }
    return {builder.take_root(), std::nullopt};
}

const YamlEntry* find_entry(const YamlNode& root, std::string_view dotted_path) {
    const auto dot = dotted_path.find('.');
    const auto key = dotted_path.substr(0, dot);
    for (const auto& entry : root.entries) {
        if (entry.key != key) continue;
        return dot == std::string_view::npos ? &entry : find_entry(entry.value, dotted_path.substr(dot + 1));
    }
    return nullptr;
}

} // namespace dnsmon
