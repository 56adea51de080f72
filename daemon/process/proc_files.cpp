// SPDX-License-Identifier: Apache-2.0
#include "process/proc_files.h"

#include "util/to_number.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <climits>
#include <filesystem>
#include <string_view>

namespace dnsmon {
namespace {

constexpr std::size_t kStatBytes = 4096;
constexpr std::size_t kCommandLineBytes = 4096; // what is kept of a command line
constexpr std::size_t kCgroupBytes = 16384;

template <typename T>
bool parse_number(std::string_view text, T& out) {
    return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc{};
}

} // namespace

std::optional<ProcFiles> ProcFiles::open(const std::string& proc_root, std::uint32_t pid) {
    const std::string path = proc_root + "/" + std::to_string(pid);
    Fd directory(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!directory) return std::nullopt;
    return ProcFiles(std::move(directory));
}

std::string ProcFiles::read_file(const char* name, std::size_t limit) const {
    const Fd file(::openat(directory_.get(), name, O_RDONLY | O_CLOEXEC));
    if (!file) return {};
    std::string text(limit, '\0');
    std::size_t used = 0;
    while (used < limit) {
        const ssize_t n = ::read(file.get(), text.data() + used, limit - used);
        if (n <= 0) break;
        used += static_cast<std::size_t>(n);
    }
    text.resize(used);
    return text;
}

std::optional<ProcStat> ProcFiles::stat() const { return parse_proc_stat(read_file("stat", kStatBytes)); }

std::optional<ProcIds> ProcFiles::ids() const {
    const std::string text = read_file("status", kStatBytes);
    const auto first_number = [&](std::string_view key, std::uint32_t& id) {
        const auto at = text.find(key);
        if (at == text.npos) return false;
        std::string_view rest = std::string_view(text).substr(at + key.size());
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        return parse_number(rest, id);
    };
    ProcIds ids;
    if (!first_number("\nUid:", ids.uid) || !first_number("\nGid:", ids.gid)) return std::nullopt;
    return ids;
}

std::optional<ProcLogin> ProcFiles::login() const {
    constexpr std::uint32_t kUnset = 0xffffffff;
    constexpr std::size_t kNumberBytes = 16;
    ProcLogin login;
    const bool known = parse_number(read_file("sessionid", kNumberBytes), login.session) &&
                       parse_number(read_file("loginuid", kNumberBytes), login.uid);
    if (!known || login.session == kUnset || login.uid == kUnset) return std::nullopt;
    return login;
}

/// Whether `path`, from the process's directory in /proc, is the very file that it runs.
bool ProcFiles::is_executable(const std::string& path) const {
    struct stat runs {};
    struct stat named {};
    return ::fstatat(directory_.get(), "exe", &runs, 0) == 0 && ::fstatat(directory_.get(), path.c_str(), &named, 0) == 0 &&
           runs.st_dev == named.st_dev && runs.st_ino == named.st_ino;
}

std::string ProcFiles::executable() const {
    std::array<char, PATH_MAX> path;
    const ssize_t n = ::readlinkat(directory_.get(), "exe", path.data(), path.size());
    if (n <= 0) return {};
    std::string_view text(path.data(), static_cast<std::size_t>(n));
    constexpr std::string_view kDeleted = " (deleted)"; // an upgrade replaced the file; the path is still its name
    if (text.ends_with(kDeleted) && !is_executable("root" + std::string(text))) text.remove_suffix(kDeleted.size());
    return std::string(text);
}

std::string ProcFiles::command_line() const {
    std::string text = read_file("cmdline", kCommandLineBytes);
    while (!text.empty() && text.back() == '\0') text.pop_back();
    std::replace(text.begin(), text.end(), '\0', ' ');
    return text;
}

std::string ProcFiles::cgroup() const { return read_file("cgroup", kCgroupBytes); }

std::optional<ProcStat> parse_proc_stat(const std::string& text) {
    // The name may hold anything, parentheses and spaces included: it ends at the last ')'.
    const auto open = text.find('(');
    const auto close = text.rfind(')');
    if (open == text.npos || close == text.npos || close < open) return std::nullopt;
    ProcStat stat;
    stat.name = text.substr(open + 1, close - open - 1);
    std::string_view rest = std::string_view(text).substr(close + 1);
    constexpr int kParent = 4;
    constexpr int kStart = 22;
    constexpr int kStartStack = 28;
    for (int field = 3; field <= kStartStack; ++field) {
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        const auto end = std::min(rest.find(' '), rest.size());
        const auto value = rest.substr(0, end);
        if (field == kParent && !parse_number(value, stat.parent_pid)) return std::nullopt;
        if (field == kStart && !parse_number(value, stat.start_ticks)) return std::nullopt;
        if (field == kStartStack) parse_number(value, stat.image);
        rest.remove_prefix(end);
    }
    return stat;
}

std::uint64_t to_ticks(std::uint64_t boottime_ns) {
    constexpr std::uint64_t kNanoseconds = 1'000'000'000;
    static const std::uint64_t tick_ns = kNanoseconds / ticks_per_second();
    return boottime_ns / tick_ns;
}

std::uint64_t ticks_per_second() { return static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)); }

std::vector<std::uint32_t> list_pids(const std::string& proc_root) {
    namespace fs = std::filesystem;
    std::vector<std::uint32_t> pids;
    std::error_code error;
    for (fs::directory_iterator it(proc_root, error), end; !error && it != end; it.increment(error))
        if (const auto pid = to_number<std::uint32_t>(it->path().filename().string())) pids.push_back(*pid);
    std::sort(pids.begin(), pids.end());
    return pids;
}

} // namespace dnsmon
