// SPDX-License-Identifier: Apache-2.0
#include "config/key_file.h"

#include "config/quote.h"
#include "util/fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <string_view>

namespace dnsmon {
namespace {

constexpr std::size_t kDigits = 2 * sizeof(HashKey);

Result<HashKey> parse_key(std::string_view text, const std::string& shown) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
    if (text.size() < kDigits)
        return Error{shown + " is too short: " + std::to_string(kDigits) + " hexadecimal digits are a key, as " +
                     "`openssl rand -hex 16` writes them"};
    HashKey key{};
    for (std::size_t i = 0; i < key.size(); ++i) {
        const char* begin = text.data() + 2 * i;
        const auto [rest, failure] = std::from_chars(begin, begin + 2, key[i], 16);
        if (failure != std::errc{} || rest != begin + 2 || text.size() != kDigits)
            return Error{shown + " holds something else than " + std::to_string(kDigits) + " hexadecimal digits"};
    }
    return key;
}

} // namespace

Result<HashKey> read_key_file(const std::string& path) {
    const std::string shown = printable(path);
    // O_NONBLOCK: a FIFO would be waited for.
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file) return system_error("opening " + shown, errno);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return system_error("looking at " + shown, errno);
    if (!S_ISREG(status.st_mode)) return Error{shown + " is not a regular file"};
    constexpr mode_t kOthersAndGroupWrite = S_IRWXO | S_IWGRP | S_IXGRP;
    if ((status.st_mode & kOthersAndGroupWrite) != 0)
        return Error{shown + " may be read by others, or written by its group: chmod 0640 or 0600"};
    std::string text(kDigits + 8, '\0'); // what is longer is no key
    const ssize_t bytes = ::read(file.get(), text.data(), text.size());
    if (bytes < 0) return system_error("reading " + shown, errno);
    return parse_key(std::string_view(text).substr(0, static_cast<std::size_t>(bytes)), shown);
}

} // namespace dnsmon
