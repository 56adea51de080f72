// SPDX-License-Identifier: Apache-2.0
#include "process/user_names.h"

#include "util/clock.h"

#include <grp.h>
#include <pwd.h>

#include <array>

namespace dnsmon {
namespace {

constexpr std::size_t kMaxNames = 4096;
constexpr std::int64_t kLifetimeNs = 60'000'000'000;
constexpr std::size_t kBufferBytes = 16384; // glibc suggests 1024; directory servers send more

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

template <typename Lookup>
std::string_view UserNames::cached(Names& names, std::uint32_t id, const Lookup& lookup) {
    const std::int64_t now_ns = clock_ns(CLOCK_MONOTONIC_COARSE);
    if (names.size() >= kMaxNames && !names.contains(id)) names.clear();
    const auto [name, is_new] = names.try_emplace(id);
    if (is_new || now_ns - name->second.asked_ns >= kLifetimeNs) name->second = {lookup(id), now_ns};
    return name->second.text;
}

std::string_view UserNames::user(std::uint32_t uid) { return cached(users_, uid, user_name); }
std::string_view UserNames::group(std::uint32_t gid) { return cached(groups_, gid, group_name); }

} // namespace dnsmon
