// SPDX-License-Identifier: Apache-2.0
#include "output/sink.h"

namespace dnsmon {

const char* to_string(DropReason reason) {
    switch (reason) {
    case DropReason::kNone: return "none";
    case DropReason::kDiskFull: return "disk_full";
    case DropReason::kIoError: return "io_error";
    case DropReason::kClosed: return "closed";
    case DropReason::kUnavailable: return "unavailable";
    case DropReason::kTooLarge: return "too_large";
    }
    return "none";
}

} // namespace dnsmon
