// SPDX-License-Identifier: Apache-2.0
// What a thread is called where threads are shown: `top -H`, /proc/PID/task/TID/comm.
#pragma once

#include <pthread.h>

namespace dnsmon {

/// The calling thread. At most 15 bytes.
inline void name_this_thread(const char* name) { (void)::pthread_setname_np(::pthread_self(), name); }

} // namespace dnsmon
