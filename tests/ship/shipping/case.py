# SPDX-License-Identifier: Apache-2.0
"""Base of the shipping tests: a monitor with a file that rotates, and books that are held against the server's."""
import collections
import glob
import json
import os
import tempfile

from dnsmon_e2e import Dnsmon, EndToEndCase, Resolver, pick

from .load import MixedLoad

PHASES = 5


class ShippingCase(EndToEndCase):
    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory(prefix="dnsmon-ship-"))
        self.parent = os.path.join(self.directory, "log")
        self.logs = os.path.join(self.parent, "dnsmon")
        os.makedirs(self.logs)
        self.path = os.path.join(self.logs, "events.json")
        self.resolver = self.enterContext(Resolver())
        self.load = self.enterContext(MixedLoad(self.resolver, self.directory))

    def monitor(self, **output):
        """A file holds more than a phase makes, so that a shipper that looks once a second misses none."""
        return Dnsmon({"pairing": {"timeout": "1s"}, "stats": {"interval": "1s"},
                       "output": {"file": {"enabled": True, "path": self.path, "max_size": "6MiB", "max_files": 1000}} | output},
                      arguments=())

    def phases(self, after_each=lambda number: None):
        """The load in pieces; after_each(number) once a piece's last event has arrived."""
        for number in range(PHASES):
            self.load.many()
            self.load.programs()
            self.load.odd()
            self.relay.wait_accepted(number + 1, lambda line: '"UPDATE"' in line and '"timeout"' in line)  # what odd() sent last
            after_each(number)

    def wait_loss(self):
        self.relay.wait_accepted(1, lambda line: '"dnsmon.loss"' in line)

    def file_lines(self):
        """Every line of all files, oldest first."""
        def age(path):
            suffix = path.removeprefix(self.path).removeprefix(".")
            return -int(suffix or 0)
        lines = []
        for path in sorted(glob.glob(self.path + "*"), key=age):
            with open(path, encoding="utf-8") as f:
                lines += f.read().splitlines()
        return lines

    def assert_books(self, sink, lines):
        """After the stop: the sink wrote exactly these lines, and the books balance. The last statistics were made before
        they were written themselves."""
        stats = pick(json.loads(lines[-1]), "dnsmon.stats")
        self.assertTrue(stats["events"]["balanced"], stats)
        self.assertEqual(len(lines), stats["sinks"][sink]["written"] + 1)
        self.assertEqual(stats["kernel"]["ring_full"], 0)

    @staticmethod
    def actions(lines):
        return collections.Counter(pick(json.loads(line), "event.action") for line in lines)
