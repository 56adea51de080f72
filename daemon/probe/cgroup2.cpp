// SPDX-License-Identifier: Apache-2.0
#include "probe/cgroup2.h"

#include <fcntl.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

namespace dnsmon {
namespace {

bool is_octal(char c) { return c >= '0' && c <= '7'; }

// proc(5): space, tab, newline and backslash are written as \ooo.
std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 3 < text.size() && is_octal(text[i + 1]) && is_octal(text[i + 2]) &&
            is_octal(text[i + 3])) {
            out.push_back(static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')));
            i += 3;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

} // namespace

std::string find_cgroup2(std::string_view mountinfo) {
    std::istringstream lines{std::string(mountinfo)};
    for (std::string line; std::getline(lines, line);) {
        // ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS [optional…] - TYPE SOURCE …
        const auto separator = line.find(" - ");
        if (separator == std::string::npos || line.compare(separator + 3, 8, "cgroup2 ") != 0) continue;
        std::istringstream words(line.substr(0, separator));
        const std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
        if (fields.size() >= 6 && fields[3] == "/") return unescape(fields[4]);
    }
    return {};
}

std::string cgroup2_mount_point() {
    std::ifstream file("/proc/self/mountinfo");
    std::ostringstream text;
    text << file.rdbuf();
    return find_cgroup2(text.str());
}

Result<Fd> open_cgroup2_root() {
    const std::string root = cgroup2_mount_point();
    if (root.empty()) return Error{"no cgroup2 file system is mounted", ENOENT};
    Fd cgroup(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!cgroup) return system_error("opening " + root, errno);
    return cgroup;
}

} // namespace dnsmon
