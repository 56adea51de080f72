// SPDX-License-Identifier: Apache-2.0
#include "app/progress.h"

#include <unistd.h>

#include <cstdio>

namespace dnsmon {
namespace {

constexpr std::uint64_t kLargeBytes = 16U << 20; // smaller ones are done before anybody wonders

bool somebody_watches() { return ::isatty(STDERR_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 0; }

} // namespace

Progress::Progress(std::uint64_t file_bytes)
    : file_bytes_(file_bytes >= kLargeBytes && somebody_watches() ? file_bytes : 0) {}

Progress::~Progress() {
    if (percent_ != 0) std::fputs("\r\033[K", stderr);
}

void Progress::reached(std::uint64_t bytes) {
    if (file_bytes_ == 0) return;
    const std::uint64_t percent = bytes * 100 / file_bytes_;
    if (percent == percent_) return;
    percent_ = percent;
    std::fprintf(stderr, "\rdnsmon: %llu %%", static_cast<unsigned long long>(percent));
}

} // namespace dnsmon
