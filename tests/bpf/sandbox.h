// SPDX-License-Identifier: Apache-2.0
// A network namespace of the test's own: port 53 is free there, and no one else's packets are captured. Ends the
// program with "skipped" (exit 77) where the test's user may not make one, or may not load programs.
#pragma once

#include "probe/probe.h"
#include "util/fd.h"

#include <string>

namespace dnsmon::test {

[[noreturn]] void skip(const std::string& why);
/// New namespace for this process and its children, loopback up. Once per program is enough; each call makes a new one.
void enter_network_namespace();
/// A TAP device, up, as long as the Fd lives. `ifindex` is its index.
[[nodiscard]] Fd make_tap(const char* name, unsigned int& ifindex);
/// Does an interface flag (IFF_UP) come on?
void bring_up(const char* interface);
/// The probe with one flavour; skips when this kernel cannot do it.
[[nodiscard]] Probe attach_or_skip(OwnerFlavour flavour, const CaptureConfig& capture = {});
/// From the environment variable DNSMON_TEST_FLAVOUR (fentry, kprobe, cgroup, cookie); default cgroup.
[[nodiscard]] OwnerFlavour flavour_under_test();

} // namespace dnsmon::test
