// SPDX-License-Identifier: Apache-2.0
// The three descriptors that a process is born with: held where the caller closed them, and asked at the end whether
// all that was printed got out. main()'s thread only, before and after everything else.
#pragma once

namespace dnsmon {

/// Puts something that can be neither read nor written on each of 0, 1 and 2 that is closed: else the next file or
/// socket that is opened would get the number, and be taken for standard output.
void hold_closed_streams();

/// `exit_code`, unless it says that all went well and not all of standard output was written: that is told and is
/// kExitFailed. For what was printed by stdio.
[[nodiscard]] int flush_output(int exit_code);

} // namespace dnsmon
