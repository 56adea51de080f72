#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recursion, joined: what a local resolver asks upstream carries the client that waits for it."""
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, Resolver, loopback4, main, pick  # noqa: E402
from dnsmon_e2e.waiting import LineCollector  # noqa: E402

NAME = "www.example.test"
UNBOUND = """
server:
  do-daemonize: no
  use-syslog: no
  logfile: ""
  verbosity: 1
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: ""
  module-config: "iterator"
  do-not-query-localhost: no
  interface: {here}@53
  access-control: 0.0.0.0/0 allow
  local-zone: "test." nodefault
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: {upstream}
"""


class Recursion(EndToEndCase):
    def setUp(self):
        self.dnsmon = self.enterContext(Dnsmon())
        self.upstream = self.enterContext(Resolver())
        self.here = loopback4()

    def start(self, *argv, ready):
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True)
        log = LineCollector(process.stderr)

        def end():
            process.terminate()
            process.wait(20)
            log.finish()
        self.addCleanup(end)
        self.assertTrue(log.wait(lambda lines: any(ready in line for line in lines), 20), log.lines)
        return process

    def check(self, forwarder):
        client = Client("dig", "+tries=1", f"@{self.here}", NAME)
        upstream = self.dnsmon.wait_event(event__action="query", process__pid=forwarder.pid,
                                          destination__ip=self.upstream.address4, dns__question__name=NAME)
        self.assert_fields(upstream, dnsmon__on_behalf_of__pid=client.pid, dnsmon__on_behalf_of__name="dig")
        for event in self.dnsmon.events(process__pid=client.pid):
            self.assertIsNone(pick(event, "dnsmon.on_behalf_of"), json.dumps(event))
        # Nobody waits for what the resolver asks on its own account.
        for event in self.dnsmon.events(event__action="query", process__pid=forwarder.pid):
            named = pick(event, "dnsmon.on_behalf_of.pid")
            self.assertIn(named, (None, client.pid))
            self.assertTrue(named is None or pick(event, "dns.question.name").lower() == NAME)

    def test_unbound(self):
        with contextlib.ExitStack() as stack:
            directory = stack.enter_context(tempfile.TemporaryDirectory())
            path = os.path.join(directory, "unbound.conf")
            with open(path, "w") as f:
                f.write(UNBOUND.format(directory=directory, here=self.here, upstream=self.upstream.address4))
            self.check(self.start("unbound", "-d", "-c", path, ready="start of service"))

    def test_dnsmasq(self):
        if not shutil.which("dnsmasq"):
            self.skipTest("dnsmasq is not installed")
        self.check(self.start("dnsmasq", "-k", "-C", "/dev/null", "-R", "-h", "-u", "root", "--pid-file=",
                              f"--listen-address={self.here}", "--bind-interfaces", "-S", self.upstream.address4,
                              "--log-facility=-", ready="started"))


if __name__ == "__main__":
    main()
