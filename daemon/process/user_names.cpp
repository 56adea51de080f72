// SPDX-License-Identifier: Apache-2.0
#include "process/user_names.h"

#include <grp.h>
#include <pwd.h>

#include <array>

namespace dnsmon {
namespace {

constexpr std::size_t kMaxNames = 4096;
constexpr std::size_t kBufferBytes = 16384; // glibc suggests 1024; directory servers send more

template <typename Lookup>
std::string_view cached(std::unordered_map<std::uint32_t, std::string>& names, std::uint32_t id, const Lookup& lookup) {
    const auto known = names.find(id);
    if (known != names.end()) return known->second;
    if (names.size() >= kMaxNames) names.clear();
    return names.emplace(id, lookup(id)).first->second;
}

std::string user_name(std::uint32_t uid) {
    passwd entry{};
    passwd* found = nullptr;
    std::array<char, kBufferBytes> buffer;
    if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return {};
    return found->pw_name;
}

std::string group_name(std::uint32_t gid) {
    ::group entry{};
    ::group* found = nullptr;
    std::array<char, kBufferBytes> buffer;
    if (getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) return {};
    return found->gr_name;
}

} // namespace

std::string_view UserNames::user(std::uint32_t uid) { return cached(users_, uid, user_name); }
std::string_view UserNames::group(std::uint32_t gid) { return cached(groups_, gid, group_name); }

} // namespace dnsmon
