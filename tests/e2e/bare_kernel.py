#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A kernel that offers nothing for owner hooks: no BTF, no cgroup2. Made by hiding both in this test's own mount namespace."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, Resolver, main  # noqa: E402


def cgroup_mounts():
    with open("/proc/self/mounts") as f:
        return [words[1] for words in map(str.split, f) if words[2].startswith("cgroup")]


class BareKernel(EndToEndCase):
    def test_it_runs_unattributed_and_says_so_once(self):
        for path in reversed(cgroup_mounts()):
            subprocess.run(["umount", "--lazy", path], check=True)
        self.assertEqual(cgroup_mounts(), [])
        subprocess.run(["mount", "-t", "tmpfs", "none", "/sys/kernel/btf"], check=True)
        with Resolver() as resolver, Dnsmon() as dnsmon:
            for name in ("www", "mail"):
                Client("dig", f"@{resolver.address4}", f"{name}.example.test")
                event = dnsmon.wait_event(event__action="response", dns__question__name=f"{name}.example.test")
                self.assert_fields(event, process=None, dnsmon__attribution="none")
        warnings = [json.loads(line) for line in dnsmon.log.splitlines() if '"warn"' in line]
        self.assertEqual([w["message"] for w in warnings],
                         ["no owner hooks: messages are logged without the process that sent them"])


if __name__ == "__main__":
    main()
