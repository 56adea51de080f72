// SPDX-License-Identifier: Apache-2.0
#include "output/rotation.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace dnsmon {

namespace {

std::string numbered(const std::string& path, std::uint32_t number) {
    return number == 0 ? path : path + "." + std::to_string(number);
}

} // namespace

Result<void> rotate_names(const std::string& path, std::uint32_t keep) {
    if (keep == 0) {
        if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("removing " + path, errno);
        return {};
    }
    // Only up to the first free number: with few files and a large `keep` the rest need no look.
    std::uint32_t oldest = 0;
    while (oldest < keep && ::access(numbered(path, oldest).c_str(), F_OK) == 0) ++oldest;
    for (std::uint32_t number = oldest; number > 0; --number) {
        const std::string from = numbered(path, number - 1);
        if (::rename(from.c_str(), numbered(path, number).c_str()) != 0 && errno != ENOENT) {
            return system_error("renaming " + from, errno);
        }
    }
    return {};
}

} // namespace dnsmon
