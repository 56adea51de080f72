#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Events in a rotating file: nothing torn, nothing lost, reopened on SIGUSR1 for an outside logrotate."""
import glob
import json
import os
import signal
import stat
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Dnsmon, EndToEndCase, PATIENCE, Resolver, main, pick, wire  # noqa: E402

QUERIES = 3000


class Files(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.resolver = cls.enterClassContext(Resolver())

    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory(prefix="dnsmon-files-"))
        self.path = os.path.join(self.directory, "events.json")

    def monitor(self, **options):
        return Dnsmon({"output": {"file": {"enabled": True, "path": self.path} | options}}, arguments=())

    def ask(self, first, count):
        with wire.udp_socket(seconds=20 * PATIENCE) as s:
            s.connect((self.resolver.address4, 53))
            for ident in range(first, first + count):
                s.send(wire.query(f"n{ident}.example.test", ident=ident))
                s.recv(65535)

    def dns_events(self, paths):
        events = []
        for path in paths:
            with open(path, "rb") as f:
                data = f.read()
            self.assertTrue(not data or data.endswith(b"\n"), f"{path} ends in a torn line")
            events += [json.loads(line) for line in data.splitlines()]
        return [e for e in events if pick(e, "event.dataset") == "dnsmon.dns"]

    def test_rotation_under_load_tears_and_loses_nothing(self):
        with self.monitor(max_size="64KiB", max_files=1000):
            self.ask(0, QUERIES)
        paths = glob.glob(self.path + "*")
        self.assertGreater(len(paths), 10)
        self.assertLessEqual(max(os.path.getsize(p) for p in paths), 64 * 1024 + 4096)
        events = self.dns_events(paths)
        for action in ("query", "response"):
            mine = sorted(int(pick(e, "dns.id")) for e in events if pick(e, "event.action") == action)
            self.assertEqual(mine, list(range(QUERIES)))

    def test_no_more_files_than_asked_for(self):
        with self.monitor(max_size="16KiB", max_files=3):
            self.ask(0, 500)
        self.assertEqual(len(glob.glob(self.path + "*")), 4)

    def test_mode_of_the_file(self):
        with self.monitor(mode="0600"):
            self.ask(0, 1)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o600)

    def test_appends_after_a_restart(self):
        for first in (0, 5):
            with self.monitor():
                self.ask(first, 5)
        idents = [int(pick(e, "dns.id")) for e in self.dns_events([self.path]) if pick(e, "event.action") == "query"]
        self.assertEqual(idents, list(range(10)))

    def test_reopened_on_sigusr1_after_a_rename(self):
        moved, sent = self.path + ".moved", 0
        with self.monitor() as dnsmon:
            self.ask(0, 10)
            os.rename(self.path, moved)
            os.kill(dnsmon.pid, signal.SIGUSR1)
            sent = 10
            while not os.path.exists(self.path) and sent < 5000:  # each lookup is a wait of its own
                self.ask(sent, 1)
                sent += 1
            self.ask(sent, 10)
            sent += 10
        after = {int(pick(e, "dns.id")) for e in self.dns_events([self.path])}
        before = {int(pick(e, "dns.id")) for e in self.dns_events([moved])}
        self.assertTrue(set(range(sent - 10, sent)) <= after)
        self.assertEqual(before | after, set(range(sent)))

    def test_directory_that_does_not_exist_is_an_error_at_start(self):
        self.path = os.path.join(self.directory, "missing", "deeper", "events.json")
        with self.assertRaisesRegex(RuntimeError, "missing"):
            self.enterContext(self.monitor())


if __name__ == "__main__":
    main()
