#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""journald for real: a journal daemon of the test's own, in its own mount namespace, asked with journalctl."""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, Resolver, main, pick  # noqa: E402
from dnsmon_e2e.journal import JOURNALD, Journal  # noqa: E402

NAME = "www.example.test"


class Journald(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        if not os.access(JOURNALD, os.X_OK) or not shutil.which("journalctl"):
            cls().skipTest("systemd-journald is not installed")
        cls.journal = cls.enterClassContext(Journal())
        cls.resolver = cls.enterClassContext(Resolver())
        cls.dnsmon = cls.enterClassContext(Dnsmon({"output": {"journald": True, "stdout": True}}, arguments=()))

    def test_event_is_found_by_its_name(self):
        client = Client("dig", f"@{self.resolver.address4}", NAME)
        event = self.dnsmon.wait_event(event__action="response", process__pid=client.pid)
        entry = self.journal.wait_entry("SYSLOG_IDENTIFIER=dnsmon", f"DNS_NAME={NAME}.", f"PID={client.pid}", "DNS_QR=1")
        self.assertEqual(json.loads(entry["MESSAGE"]), event)
        wanted = {"PRIORITY": "6", "COMM": "dig", "PROTO": "UDP", "SRC": self.resolver.address4, "SPT": "53",
                  "DPT": str(pick(event, "destination.port")), "UID": "0", "GID": "0", "DNS_TYPE": "A",
                  "DNS_DATA": "192.0.2.1", "DEV": "lo", "TGID": str(pick(event, "process.thread.id"))}
        self.assertEqual({key: entry.get(key) for key in wanted}, wanted)
        self.assertEqual(entry["_PID"], str(self.dnsmon.pid))

    def test_event_is_found_by_the_program(self):
        client = Client("kdig" if shutil.which("kdig") else "dig", f"@{self.resolver.address4}", NAME)
        entry = self.journal.wait_entry(f"COMM={client.name}", accept=lambda e: e.get("PID") == str(client.pid))
        self.assertEqual(entry["OBJECT_PID"], str(client.pid))

    def test_event_that_is_larger_than_a_datagram(self):
        client = Client("dig", "+tcp", f"@{self.resolver.address4}", "many.example.test")
        entry = self.journal.wait_entry("DNS_NAME=many.example.test.", f"PID={client.pid}", "DNS_QR=1")
        self.assertEqual(len(pick(json.loads(entry["MESSAGE"]), "dns.answers")), 240)


if __name__ == "__main__":
    main()
