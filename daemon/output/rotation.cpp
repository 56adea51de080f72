// SPDX-License-Identifier: Apache-2.0
#include "output/rotation.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace dnsmon {

namespace {

bool exists(const std::string& name) {
    return ::access(name.c_str(), F_OK) == 0 || ::access((name + kCompressedSuffix).c_str(), F_OK) == 0;
}

Result<void> remove(const std::string& name) {
    for (const std::string& file : {name, name + kCompressedSuffix})
        if (::unlink(file.c_str()) != 0 && errno != ENOENT) return system_error("removing " + file, errno);
    return {};
}

Result<void> rename(const std::string& from, const std::string& to) {
    for (const std::string suffix : {"", kCompressedSuffix}) {
        const std::string file = from + suffix;
        if (::rename(file.c_str(), (to + suffix).c_str()) != 0 && errno != ENOENT)
            return system_error("renaming " + file, errno);
    }
    return {};
}

/// False: no regular file of that name is there.
Result<bool> remove_regular(const std::string& name) {
    struct stat status {};
    if (::lstat(name.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    if (::unlink(name.c_str()) != 0 && errno != ENOENT) return system_error("removing " + name, errno);
    return true;
}

} // namespace

std::string rotated_name(const std::string& path, std::uint32_t number) {
    return number == 0 ? path : path + "." + std::to_string(number);
}

Result<void> rotate_names(const std::string& path, std::uint32_t keep) {
    // Only up to the first free number: with few files and a large `keep` the rest need no look.
    std::uint32_t last = 0;
    while (last < keep && exists(rotated_name(path, last))) ++last;
    if (last == keep) {
        if (auto removed = remove(rotated_name(path, keep)); !removed) return removed;
    }
    for (std::uint32_t number = last; number > 0; --number) {
        auto renamed = rename(rotated_name(path, number - 1), rotated_name(path, number));
        if (!renamed) return renamed;
    }
    return {};
}

Result<void> remove_surplus(const std::string& path, std::uint32_t keep) {
    for (std::uint32_t number = keep + 1; number <= kMostRotated; ++number) {
        const std::string name = rotated_name(path, number);
        const auto plain = remove_regular(name);
        if (!plain) return plain.error();
        const auto compressed = remove_regular(name + kCompressedSuffix);
        if (!compressed) return compressed.error();
        if (!*plain && !*compressed) break;
    }
    return {};
}

} // namespace dnsmon
