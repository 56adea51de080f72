// SPDX-License-Identifier: Apache-2.0
#include "app/standard_streams.h"

#include "cli/exit_code.h"
#include "util/result.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace dnsmon {

void hold_closed_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
        // The lowest free number, which is this one. With O_PATH reading and writing stay EBADF, as they were.
        (void)!::open("/", O_PATH);
    }
}

int flush_output(int exit_code) {
    const bool failed_before = std::ferror(stdout) != 0;
    errno = EIO; // where an earlier write failed, its reason is gone
    if (std::fflush(stdout) == 0 && !failed_before) return exit_code;
    std::fprintf(stderr, "dnsmon: %s\n", system_error("standard output", errno).message.c_str());
    return exit_code == kExitOk ? kExitFailed : exit_code;
}

} // namespace dnsmon
