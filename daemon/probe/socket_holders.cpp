// SPDX-License-Identifier: Apache-2.0
#include "probe/socket_holders.h"

#include "probe/cgroup2.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

namespace dnsmon {
namespace {

namespace fs = std::filesystem;

template <typename Number>
std::optional<Number> to_number(std::string_view text) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string read_file(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return std::move(text).str();
}

// "socket:[12345]"
std::optional<std::uint32_t> socket_inode(const std::string& target) {
    constexpr std::string_view kPrefix = "socket:[";
    if (!target.starts_with(kPrefix) || target.back() != ']') return std::nullopt;
    return to_number<std::uint32_t>(
        std::string_view(target).substr(kPrefix.size(), target.size() - kPrefix.size() - 1));
}

std::vector<std::uint32_t> all_pids(const std::string& proc_root) {
    std::vector<std::uint32_t> pids;
    std::error_code error;
    for (fs::directory_iterator it(proc_root, error), end; !error && it != end; it.increment(error))
        if (const auto pid = to_number<std::uint32_t>(it->path().filename().string())) pids.push_back(*pid);
    std::sort(pids.begin(), pids.end());
    return pids;
}

// proc(5) stat: field 2 is the name in parentheses and may hold anything; field 22 the start in clock ticks.
std::uint64_t start_ns(const fs::path& process) {
    const std::string stat = read_file(process / "stat");
    const auto name_end = stat.rfind(')');
    if (name_end == std::string::npos) return 0;
    std::istringstream fields(stat.substr(name_end + 1));
    std::string field;
    constexpr int kStart = 22 - 2;
    for (int i = 0; i < kStart; ++i) fields >> field;
    const auto ticks = to_number<std::uint64_t>(field);
    const long per_second = ::sysconf(_SC_CLK_TCK);
    if (!ticks || per_second <= 0) return 0;
    return *ticks * (1'000'000'000ULL / static_cast<std::uint64_t>(per_second));
}

// The first number behind "Uid:" or "Gid:": the real one, which is what bpf_get_current_uid_gid gives.
std::uint32_t status_id(const std::string& status, const char* key) {
    const auto at = status.find(key);
    if (at == std::string::npos) return 0;
    std::istringstream fields(status.substr(at + std::strlen(key), 32));
    std::uint32_t id = 0;
    fields >> id;
    return id;
}

// The inode of a cgroup's directory is its id.
std::uint64_t cgroup_id(const fs::path& process, const std::string& cgroup_root) {
    const std::string text = read_file(process / "cgroup");
    const auto at = text.rfind("0::/");
    if (at == std::string::npos || cgroup_root.empty()) return 0;
    const std::string path = cgroup_root + text.substr(at + 3, text.find('\n', at) - at - 3);
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

dnsmon_owner describe(std::uint32_t pid, const fs::path& process, const std::string& cgroup_root) {
    dnsmon_owner owner{};
    owner.pid = owner.tid = pid;
    owner.start_ns = start_ns(process);
    owner.cgroup_id = cgroup_id(process, cgroup_root);
    const std::string status = read_file(process / "status");
    owner.uid = status_id(status, "\nUid:");
    owner.gid = status_id(status, "\nGid:");
    const std::string comm = read_file(process / "comm");
    const std::size_t bytes = std::min<std::size_t>(comm.find('\n'), sizeof(owner.thread_name) - 1);
    comm.copy(owner.thread_name, std::min(bytes, comm.size()));
    std::memcpy(owner.process_name, owner.thread_name, sizeof(owner.process_name));
    return owner;
}

} // namespace

std::unordered_map<std::uint32_t, dnsmon_owner> find_socket_holders(std::unordered_set<std::uint32_t> inodes,
                                                                    const std::string& proc_root) {
    std::unordered_map<std::uint32_t, dnsmon_owner> holders;
    const std::string cgroup_root = cgroup2_mount_point();
    for (const std::uint32_t pid : all_pids(proc_root)) {
        if (inodes.empty()) break;
        const fs::path process = fs::path(proc_root) / std::to_string(pid);
        std::optional<dnsmon_owner> owner;
        std::error_code error;
        for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
            std::error_code gone;
            const auto inode = socket_inode(fs::read_symlink(it->path(), gone).string());
            if (!inode || inodes.erase(*inode) == 0) continue;
            if (!owner) owner = describe(pid, process, cgroup_root);
            holders.emplace(*inode, *owner);
        }
    }
    return holders;
}

} // namespace dnsmon
