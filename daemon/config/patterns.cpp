// SPDX-License-Identifier: Apache-2.0
#include "config/patterns.h"

#include "config/quote.h"
#include "dns/public_suffix.h"

#include <linux/limits.h>
#include <net/if.h>

#include <algorithm>

namespace dnsmon {
namespace {

bool is_control(char c) {
    return (c >= 0 && c < ' ') || c == '\x7f';
}
bool is_graphic(char c) {
    return c > ' ' && c <= '~';
}

Error bad(std::string_view text, std::string_view what) {
    return Error{dnsmon::quoted(text).append(" ").append(what)};
}

/// What could never match is a slip of the pen. `name` has no '*'.
Result<void> check_registered(std::string_view pattern, std::string_view name) {
    const auto domain = std::string(PublicSuffix().split(name).registered_domain);
    if (domain.empty())
        return bad(pattern, "names no registered domain, but a public suffix: suffix: means all names below one");
    if (domain.size() != name.size()) return bad(pattern, "goes beyond the registered domain, which is " + domain);
    return {};
}

Result<void> check_suffix(std::string_view pattern, std::string_view name) {
    PublicSuffix list;
    if (list.split(std::string("x.").append(name)).top_level_domain.size() == name.size()) return {};
    return bad(pattern, "names no public suffix: registered: means the names below a registered domain");
}

Result<void> check_domains(std::string_view pattern) {
    const bool registered = pattern.starts_with(kRegisteredPrefix);
    if (!registered && !pattern.starts_with(kSuffixPrefix)) return {};
    std::string_view name = pattern.substr(pattern.find(':') + 1);
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name.empty() || name.front() == '.') return bad(pattern, "has no domain name behind its colon");
    if (registered) return name.find('*') != std::string_view::npos ? Result<void>{} : check_registered(pattern, name);
    return check_suffix(pattern, name);
}

} // namespace

Result<std::string> parse_interface_name(std::string_view text) {
    if (text.empty() || text.size() >= IFNAMSIZ) return bad(text, "is no interface name: 1 to 15 bytes are allowed");
    const bool usable =
        std::all_of(text.begin(), text.end(), [](char c) { return is_graphic(c) && c != '/' && c != ':'; });
    if (!usable || text == "." || text == "..") return bad(text, "is no interface name");
    return std::string(text);
}

Result<std::string> parse_namespace(std::string_view text) {
    if (text.starts_with('/')) return parse_file_path(text);
    const bool usable = std::all_of(text.begin(), text.end(), [](char c) { return is_graphic(c) && c != '/'; });
    if (!usable || text.empty() || text.size() > NAME_MAX || text == "." || text == "..")
        return bad(text, "is no name of a network namespace, nor a path");
    return std::string(text);
}

Result<std::string> parse_file_path(std::string_view text) {
    if (text.empty() || text.front() != '/') return bad(text, "is not an absolute path");
    if (text.back() == '/') return bad(text, "is a directory, not a file");
    if (text.size() >= PATH_MAX) return bad(text, "is too long for a path");
    if (std::any_of(text.begin(), text.end(), is_control)) return bad(text, "holds control characters");
    return std::string(text);
}

Result<std::string> parse_name_pattern(std::string_view text) {
    // 255 octets, each at most as \DDD (RFC 1035 2.3.4, 5.1).
    constexpr std::size_t kLongestName = 255 * 4;
    if (text.empty() || text.size() > kLongestName) return bad(text, "is no domain name");
    if (!std::all_of(text.begin(), text.end(), is_graphic)) {
        return bad(text,
                   "holds a blank or bytes outside printable ASCII: write international names as xn--..., others as \\DDD");
    }
    if (text.find("..") != std::string_view::npos) return bad(text, "has an empty label");
    if (auto checked = check_domains(text); !checked) return std::move(checked).error();
    return std::string(text);
}

Result<std::string> parse_process_pattern(std::string_view text) {
    if (text.empty()) return bad(text, "names no process");
    if (text.size() >= PATH_MAX) return bad(text, "is too long for a path");
    if (text.front() != '/' && text.find('/') != std::string_view::npos) {
        return bad(text, "is neither a process name nor an absolute path");
    }
    return std::string(text);
}

} // namespace dnsmon
