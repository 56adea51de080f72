// SPDX-License-Identifier: Apache-2.0
#include "app/instance_lock.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

namespace dnsmon {

Result<InstanceLock> InstanceLock::take(const std::string& directory) {
    if (::mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) return system_error("making " + directory, errno);
    const std::string path = directory + "/lock";
    Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return system_error("opening " + path, errno);
    // A POSIX record lock and not flock(2): the kernel itself says who holds it.
    struct flock lock{};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(file.get(), F_SETLK, &lock) == 0) return InstanceLock(std::move(file));
    if (errno != EACCES && errno != EAGAIN) return system_error("locking " + path, errno);
    const bool known = ::fcntl(file.get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0;
    const std::string holder = known ? "process " + std::to_string(lock.l_pid) : std::string("another process");
    return Error{"dnsmon runs already: " + holder + " holds " + path +
                     "; \"run --stdout\" and \"run -c FILE\" run beside it",
                 EALREADY};
}

std::string runtime_directory() {
    const char* given = std::getenv("RUNTIME_DIRECTORY");
    return given != nullptr && given[0] == '/' ? given : "/run/dnsmon";
}

} // namespace dnsmon
