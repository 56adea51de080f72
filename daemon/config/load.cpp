// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"

#include "config/fields.h"
#include "config/key_file.h"
#include "config/quote.h"
#include "config/suggest.h"
#include "config/value.h"
#include "config/yaml_tree.h"
#include "util/fd.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <unordered_map>

namespace dnsmon {
namespace {

/// What stands directly below a section: "output" -> format, journald, stdout, file.
std::vector<std::string_view> keys_below(const std::string& section) {
    const auto prefix = section.empty() ? std::string() : section + ".";
    std::vector<std::string_view> keys;
    for (const auto& field : config_fields()) {
        if (!field.key_path.starts_with(prefix)) continue;
        const auto rest = field.key_path.substr(prefix.size());
        const auto key = rest.substr(0, rest.find('.'));
        if (keys.empty() || keys.back() != key) keys.push_back(key); // the table keeps a section together
    }
    return keys;
}

/// The full path of a key that exists in another section; empty: in none.
std::string_view same_key_elsewhere(std::string_view key) {
    for (const auto& field : config_fields()) {
        if (field.key_path.ends_with("." + std::string(key))) return field.key_path;
    }
    return {};
}

/// Walks the tree along the fields' paths: every key is a field, a section, or a problem.
class Loader {
  public:
    Loader(Config& config, ProblemList& problems) : config_(config), problems_(problems) {}

    void read_section(const YamlNode& node, const std::string& path) {
        if (node.kind == YamlNode::Kind::kNull) return; // everything below it stands at its default
        if (node.kind != YamlNode::Kind::kMap) {
            const auto found = describe(node);
            problems_.add(node.place, path, "a map of keys is expected, not " + found);
            return;
        }
        std::unordered_map<std::string_view, YamlPlace> seen;
        for (const auto& entry : node.entries) {
            const auto key_path = path.empty() ? entry.key : path + "." + entry.key;
            const auto [first, is_first] = seen.emplace(entry.key, entry.place);
            if (is_first) {
                read_entry(entry, path, key_path);
            } else {
                problems_.add(entry.place, word_or_quoted(key_path),
                              "the key stands twice, first at line " + std::to_string(first->second.line));
            }
        }
    }

  private:
    void read_entry(const YamlEntry& entry, const std::string& section, const std::string& key_path) {
        const bool word = entry.key.find('.') == std::string::npos; // "capture.ports: 53" is no way to nest
        for (const auto& field : config_fields()) {
            if (word && field.key_path == key_path) {
                return field.read(Value(entry.value, field.key_path, problems_), config_);
            }
            if (word && field.key_path.starts_with(key_path + ".")) return read_section(entry.value, key_path);
        }
        problems_.add(entry.place, word_or_quoted(key_path), "unknown key" + hint(entry.key, section));
    }

    [[nodiscard]] static std::string hint(std::string_view key, const std::string& section) {
        const auto siblings = keys_below(section);
        const auto meant = nearest_word(key, siblings);
        if (!meant.empty()) return "; did you mean " + std::string(meant) + "?";
        const auto elsewhere = same_key_elsewhere(key);
        if (!elsewhere.empty()) return "; did you mean " + std::string(elsewhere) + "?";
        std::string known = "; known here:";
        for (const auto sibling : siblings) known.append(" ").append(sibling);
        return known;
    }

    /// Keys come from the file: as they are where they are words, else escaped.
    [[nodiscard]] static std::string word_or_quoted(const std::string& key_path) {
        auto text = dnsmon::quoted(key_path);
        const bool last_is_word = !key_path.empty() && !key_path.ends_with('.');
        return last_is_word && text == '"' + key_path + '"' ? key_path : text;
    }

    Config& config_;
    ProblemList& problems_;
};

bool names_executable(const IncludeExclude<std::string>& processes) {
    const auto is_path = [](const std::string& pattern) { return pattern.starts_with('/'); };
    return std::any_of(processes.include.begin(), processes.include.end(), is_path) ||
           std::any_of(processes.exclude.begin(), processes.exclude.end(), is_path);
}

/// What only the whole configuration shows, and the key that it names.
void check_whole(Config& config, const YamlNode& root, OutputsUsed outputs, ProblemList& problems) {
    const auto add = [&](std::string_view key_path, std::string what) {
        const auto* entry = find_entry(root, key_path);
        problems.add(entry != nullptr ? entry->value.place : YamlPlace{}, key_path, std::move(what));
    };
    if (!config.privacy.key_file.empty()) {
        if (auto key = read_key_file(config.privacy.key_file))
            config.privacy.key = *key;
        else
            add("privacy.key_file", std::move(key).error().message);
    }
    if (!config.filter.queries && !config.filter.responses) {
        add("filter.responses", "queries and responses are both false: nothing would be logged");
    }
    const OutputConfig& output = config.output;
    const bool none = !output.journald && !output.to_stdout && !output.file.enabled;
    if (none && outputs == OutputsUsed::kYes && problems.empty()) { // one may be meant by what is wrong
        add("output.journald", "journald, stdout and file are all off: events would go nowhere");
    }
    if (names_executable(config.filter.processes) && !config.enrich.executable) {
        add("enrich.executable", "filter.processes names executables by their path: this must be true");
    }
}

bool is_fifo(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

/// What a shell's <(…) writes is worth waiting for; what is still not there then is never written.
bool wait_readable(int fd) {
    constexpr int kPatienceMs = 5000;
    pollfd poller{fd, POLLIN, 0};
    const bool ready = ::poll(&poller, 1, kPatienceMs) > 0;
    if (!ready) errno = EAGAIN;
    return ready;
}

/// The whole file, or one byte more than parse_yaml takes: it says that the file is too large.
Result<std::string> read_file(const std::string& path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file) return system_error("opening", errno);
    std::string text;
    std::array<char, 16384> block;
    while (text.size() <= kYamlMaxBytes) {
        const auto bytes = ::read(file.get(), block.data(), block.size());
        if (bytes < 0 && (errno == EINTR || (errno == EAGAIN && wait_readable(file.get())))) continue;
        if (bytes < 0) return system_error("reading", errno);
        if (bytes == 0 && text.empty() && is_fifo(file.get())) return Error{"not a regular file, and nobody writes to it"};
        if (bytes == 0) break;
        text.append(block.data(), static_cast<std::size_t>(bytes));
    }
    return text;
}

ConfigOutcome unreadable(const std::string& path, Error error) {
    return {path, {}, {{path, 0, 0, {}, std::move(error).message}}};
}

} // namespace

std::string ConfigProblem::to_string() const {
    auto out = file;
    if (line > 0) out.append(":").append(std::to_string(line)).append(":").append(std::to_string(column));
    if (!key_path.empty()) out.append(": ").append(key_path);
    return out.append(": ").append(what);
}

ConfigOutcome parse_config(std::string_view text, std::string_view name, OutputsUsed outputs) {
    ConfigOutcome outcome;
    outcome.source = name;
    ProblemList problems(name);
    auto tree = parse_yaml(text);
    if (tree.error) {
        problems.add(tree.error->place, {}, std::move(tree.error->what));
    } else {
        Loader(outcome.config, problems).read_section(tree.root, {});
        check_whole(outcome.config, tree.root, outputs, problems);
    }
    outcome.problems = problems.take_sorted();
    return outcome;
}

ConfigOutcome load_config(const std::string& path, OutputsUsed outputs) {
    auto text = read_file(path);
    if (!text) return unreadable(path, std::move(text).error());
    return parse_config(*text, path, outputs);
}

ConfigOutcome load_config_or_defaults(const std::optional<std::string>& path, const std::string& default_path,
                                      OutputsUsed outputs) {
    if (path) return load_config(*path, outputs);
    auto text = read_file(default_path);
    if (text) return parse_config(*text, default_path, outputs);
    if (text.error().code == ENOENT) return {};
    return unreadable(default_path, std::move(text).error());
}

} // namespace dnsmon
