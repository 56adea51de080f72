#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""journald for real: a journal daemon of the test's own, in its own mount namespace, asked with journalctl."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, PATIENCE, Resolver, main, pick  # noqa: E402
from dnsmon_e2e.waiting import LineCollector, NotifySocket  # noqa: E402

JOURNALD = "/lib/systemd/systemd-journald"
NAME = "www.example.test"


class Journal:
    """systemd-journald on fresh /run/systemd/journal, /run/log and /var/log/journal."""

    def __enter__(self):
        for path in ("/run/systemd/journal", "/run/log", "/var/log/journal"):
            os.makedirs(path, exist_ok=True)
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)
        self._directory = tempfile.TemporaryDirectory(prefix="dnsmon-journal-")
        # Its configuration and machine-id are ours too: a container may have neither.
        machine_id = os.path.join(self._directory.name, "machine-id")
        with open(machine_id, "w") as f:
            f.write("6" * 32 + "\n")
        if not os.path.exists("/etc/machine-id"):
            open("/etc/machine-id", "w").close()
        subprocess.run(["mount", "--bind", machine_id, "/etc/machine-id"], check=True)
        notify = NotifySocket(os.path.join(self._directory.name, "notify"))
        self.process = subprocess.Popen([JOURNALD], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True,
                                        env=os.environ | {"NOTIFY_SOCKET": notify.path})
        self._log = LineCollector(self.process.stderr)
        if not notify.wait_ready(self.process.pid, 20):
            raise RuntimeError("systemd-journald did not start:\n" + "".join(self._log.lines))
        notify.close()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self._log.finish()
        self._directory.cleanup()

    def wait_entry(self, *matches, accept=lambda entry: True, seconds=20):
        """The first entry that journalctl shows for these matches."""
        follow = subprocess.Popen(["journalctl", "--follow", "--lines=all", "--output=json", "--all", *matches],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        lines = LineCollector(follow.stdout)
        try:
            line = lines.wait(lambda all_: next((x for x in all_ if accept(json.loads(x))), None), seconds)
        finally:
            follow.terminate()
            follow.wait()
            lines.finish()
        if line is None:
            raise AssertionError(f"no entry {matches} in the journal")
        return json.loads(line)


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
