# SPDX-License-Identifier: Apache-2.0
"""Which owner hooks the daemon is told to use, and what they can do on this kernel."""
import os
import re

# The running kernel's.
RELEASE = tuple(int(re.match(r"\d+", part)[0]) for part in os.uname().release.split(".")[:2])
# The same tests run with each kind where the kernel allows it.
HOOKS = os.environ.get("DNSMON_TEST_HOOKS", "auto")
# Cgroup hooks that know the socket only, not who sends (docs/adr/0001): other namespaces are not told apart, either.
HOOKS_BY_COOKIE = HOOKS == "cgroup" and RELEASE < (6, 1)
# Tracing hooks (auto takes them there) where egress cannot be asked beside them: they know a flow's last sender, not each packet's.
HOOKS_KNOW_FLOWS = HOOKS in ("auto", "fentry", "kprobe") and RELEASE < (6, 2)
