#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The books: what the kernel handed over is what was written, filtered or dropped, to the message."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, PATIENCE, Resolver, main, pick, wire  # noqa: E402


class Statistics(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.resolver = cls.enterClassContext(Resolver())

    def ask(self, count):
        with wire.udp_socket(seconds=20 * PATIENCE) as s:
            s.connect((self.resolver.address4, 53))
            for ident in range(count):
                s.send(wire.query("www.example.test", ident=ident))
                s.recv(65535)


if __name__ == "__main__":
    main()
