// SPDX-License-Identifier: Apache-2.0
#include "probe/socket_holders.h"

#include "probe/cgroup2.h"
#include "process/proc_files.h"
#include "util/to_number.h"

#include <sys/stat.h>

#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace dnsmon {
namespace {

namespace fs = std::filesystem;

// "socket:[12345]"
std::optional<std::uint32_t> socket_inode(const std::string& target) {
    constexpr std::string_view kPrefix = "socket:[";
    if (!target.starts_with(kPrefix) || target.back() != ']') return std::nullopt;
    return to_number<std::uint32_t>(
        std::string_view(target).substr(kPrefix.size(), target.size() - kPrefix.size() - 1));
}

// The inode of a cgroup's directory is its id.
std::uint64_t cgroup_id(const std::string& text, const std::string& cgroup_root) {
    const auto at = text.rfind("0::/");
    if (at == std::string::npos || cgroup_root.empty()) return 0;
    const std::string path = cgroup_root + text.substr(at + 3, text.find('\n', at) - at - 3);
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

std::optional<dnsmon_owner> describe(std::uint32_t pid, const std::string& proc_root, const std::string& cgroup_root) {
    const auto files = ProcFiles::open(proc_root, pid);
    const auto stat = files ? files->stat() : std::nullopt;
    const auto ids = files ? files->ids() : std::nullopt;
    if (!stat || !ids) return std::nullopt;
    dnsmon_owner owner{};
    owner.pid = owner.tid = pid;
    owner.start_ns = stat->start_ticks * (1'000'000'000ULL / ticks_per_second());
    owner.image = stat->image;
    owner.cgroup_id = cgroup_id(files->cgroup(), cgroup_root);
    owner.uid = ids->uid;
    owner.gid = ids->gid;
    stat->name.copy(owner.thread_name, sizeof(owner.thread_name) - 1);
    std::memcpy(owner.process_name, owner.thread_name, sizeof(owner.process_name));
    return owner;
}

} // namespace

std::unordered_map<std::uint32_t, SocketHolder> find_socket_holders(std::unordered_set<std::uint32_t> inodes,
                                                                    const std::string& proc_root) {
    std::unordered_map<std::uint32_t, SocketHolder> holders;
    const std::string cgroup_root = cgroup2_mount_point();
    for (const std::uint32_t pid : list_pids(proc_root)) {
        if (inodes.empty()) break;
        const fs::path process = fs::path(proc_root) / std::to_string(pid);
        std::optional<dnsmon_owner> owner;
        std::error_code error;
        for (fs::directory_iterator it(process / "fd", error), end; !error && it != end; it.increment(error)) {
            std::error_code gone;
            const auto inode = socket_inode(fs::read_symlink(it->path(), gone).string());
            if (!inode || inodes.erase(*inode) == 0) continue;
            if (!owner) owner = describe(pid, proc_root, cgroup_root);
            if (!owner) break; // gone meanwhile
            holders.emplace(*inode, SocketHolder{*owner, to_number<std::uint32_t>(it->path().filename().string()).value_or(0)});
        }
    }
    return holders;
}

bool holds_socket(std::uint32_t pid, std::uint32_t fd, std::uint32_t inode) {
    const fs::path link = fs::path("/proc") / std::to_string(pid) / "fd" / std::to_string(fd);
    std::error_code gone;
    return socket_inode(fs::read_symlink(link, gone).string()) == inode;
}

} // namespace dnsmon
