#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""SIGHUP: a new configuration without a gap, and a wrong one that changes nothing."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, PATIENCE, Resolver, main, pick, wire  # noqa: E402

# 200 of them: ctest -R bench.reload, or this file with DNSMON_TEST_RELOADS=200.
RELOADS = int(os.environ.get("DNSMON_TEST_RELOADS", "20"))
QUERIES_A_SECOND = 5000
SECONDS = 4 + RELOADS // 20
NAME = "www.example.test"


class Reload(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.resolver = cls.enterClassContext(Resolver())

    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory(prefix="dnsmon-reload-"))

    def ask(self, dnsmon, name=NAME):
        """The query's event once its answer was logged too."""
        client = Client("dig", f"@{self.resolver.address4}", name)
        return dnsmon.wait_event(event__action="response", process__pid=client.pid)

    def test_filter_enrichment_and_pairing_change(self):
        with Dnsmon() as dnsmon:
            self.assertIsNotNone(pick(self.ask(dnsmon), "process.executable"))
            dnsmon.reload({"filter": {"queries": False}, "enrich": {"executable": False}, "pairing": {"enabled": False}})
            before = len(dnsmon.events(event__action="query"))
            self.assert_fields(self.ask(dnsmon), process__name="dig", process__executable=None, event__duration=None)
            self.assertEqual(len(dnsmon.events(event__action="query")), before)
    def test_service_manager_is_told_as_notify_reload_wants_it(self):
        """systemd.service(5), Type=notify-reload: RELOADING=1 with the time after the signal, then READY=1."""
        with Dnsmon() as dnsmon:
            before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            started = len(dnsmon.notified)
            dnsmon.reload({"filter": {"queries": False}})
            after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            told = [line for line in dnsmon.notified[started:] if not line.startswith("STATUS=")]
            self.assertEqual([told[0], told[2]], ["RELOADING=1", "READY=1"], told)
            key, _, time_us = told[1].partition("=")
            self.assertEqual(key, "MONOTONIC_USEC")
            self.assertTrue(before <= int(time_us) <= after, (before, told, after))

    def test_privacy_changes(self):
        with Dnsmon() as dnsmon:
            self.assertIn(NAME, pick(self.ask(dnsmon), "process.command_line"))
            dnsmon.reload({"privacy": {"command_line": "truncate", "answers": "drop", "client_addresses": "drop"}})
            event = self.ask(dnsmon)
            self.assert_fields(event, process__command_line="dig", dns__answers=None, dns__answers_count=1,
                               destination__ip=None, source__ip=self.resolver.address4)
            self.assertIsNotNone(pick(event, "destination.port"))
            hashed = {"command_line": "hash", "answers": "hash", "client_addresses": "hash"}
            dnsmon.reload({"privacy": hashed})
            event = self.ask(dnsmon)
            digits = re.compile("[0-9a-f]{16}")
            for path in ("process.command_line", "destination.address"):
                self.assertRegex(pick(event, path), digits)
            self.assert_fields(event, destination__ip=None, source__ip=self.resolver.address4, dns__resolved_ip=None,
                               dns__question__name=NAME)
            self.assertRegex(pick(event, "dns.answers")[0]["data"], digits)
            # The same key after another reload, without which the values of before could not be compared.
            dnsmon.reload({"privacy": hashed, "filter": {"queries": False}})
            again = self.ask(dnsmon)
            for path in ("process.command_line", "destination.address", "dns.answers"):
                self.assertEqual(pick(again, path), pick(event, path))
            dnsmon.reload({"privacy": {"answers": "truncate"}})
            self.assert_fields(self.ask(dnsmon), dns__resolved_ip=["192.0.2.0"])
            self.assert_ecs(dnsmon.lines)

    def test_ports_change(self):
        with Dnsmon() as dnsmon, wire.udp_socket() as server, wire.udp_socket() as s:
            server.bind((self.resolver.address4, 5300))
            dnsmon.reload({"capture": {"ports": [5300]}})
            s.sendto(wire.query("port.example.test", ident=1), (self.resolver.address4, 5300))
            event = dnsmon.wait_event(dns__question__name="port.example.test")
            self.assert_fields(event, process__pid=os.getpid(), dnsmon__server_process__pid=os.getpid())
            Client("dig", f"@{self.resolver.address4}", "gone.example.test")
            s.sendto(wire.query("last.example.test", ident=2), (self.resolver.address4, 5300))
            dnsmon.wait_event(dns__question__name="last.example.test")
            self.assertFalse(dnsmon.events(dns__question__name="gone.example.test"))

    def test_wrong_file_changes_nothing_and_every_problem_is_said(self):
        with Dnsmon() as dnsmon:
            dnsmon.reload_text("filter:\n  queries: perhaps\npairing:\n  timeout: soon\n")
            for place in (":2:12: filter.queries", ":4:12: pairing.timeout"):
                dnsmon.wait_log(dnsmon.config_path + place)
            self.assertTrue(any(line.startswith("STATUS=") and ":2:12: filter.queries" in line
                                for line in dnsmon.notified), dnsmon.notified)
            self.ask(dnsmon)
            dnsmon.reload({"filter": {"queries": False}})
            self.assertNotIn("reload failed", [x for x in dnsmon.notified if x.startswith("STATUS=")][-1])

    def test_output_that_cannot_be_opened_changes_nothing(self):
        missing = os.path.join(self.directory, "a", "b", "events.json")
        with Dnsmon({"output": {"stdout": True}}, arguments=()) as dnsmon:
            dnsmon.reload({"output": {"stdout": False, "file": {"enabled": True, "path": missing}}})
            dnsmon.wait_log("No such file or directory")
            self.ask(dnsmon)

    def test_what_needs_a_restart_is_named_and_the_rest_applied(self):
        with Dnsmon() as dnsmon:
            dnsmon.reload({"capture": {"ring_buffer": "1MiB"}, "workers": {"queue": 4096}, "filter": {"queries": False}})
            dnsmon.wait_log("capture.ring_buffer, workers.queue")
            self.ask(dnsmon)
            self.assertFalse(dnsmon.events(event__action="query"))

    def test_everything_off_is_refused(self):
        with Dnsmon({"output": {"stdout": True}}, arguments=()) as dnsmon:
            dnsmon.reload({"output": {"stdout": False}})
            dnsmon.wait_log("journald, stdout and file are all off")
            self.ask(dnsmon)

    def test_again_and_again_under_load_nothing_is_lost_or_doubled(self):
        if not shutil.which("dnsperf"):
            self.skipTest("dnsperf is not installed")
        names = os.path.join(self.directory, "names")
        with open(names, "w") as f:
            f.writelines(f"{name}.example.test A\n" for name in ("www", "mail", "nowhere"))
        paths = [os.path.join(self.directory, name) for name in ("a.json", "b.json")]

        def variant(n):
            return {"output": {"stdout": n % 3 == 0, "file": {"enabled": True, "path": paths[n % 2],
                                                              "max_size": f"{1 + n // 8 % 2}GiB"}},
                    "pairing": {"entries": 65536 if n % 5 else 4096}, "log": {"level": "info" if n % 2 else "warn"},
                    "capture": {"ports": [53, 5353] if n % 4 else [53]}, "enrich": {"parent": n % 7 == 0}}
        with Dnsmon(variant(1), arguments=()) as dnsmon:
            load = subprocess.Popen(["dnsperf", "-s", self.resolver.address6, "-d", names, "-Q", str(QUERIES_A_SECOND),
                                     "-l", str(SECONDS), "-c", "10", "-q", "1000"],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            reloads = 0
            while reloads < RELOADS:
                reloads += 1
                dnsmon.reload(variant(reloads))
            self.assertIsNone(load.poll(), "the load ended before the reloads did")
            report = load.communicate(timeout=60 * PATIENCE)[0]
        sent = int(re.search(r"Queries sent:\s+(\d+)", report)[1])
        answered = int(re.search(r"Queries completed:\s+(\d+)", report)[1])
        self.assertGreater(sent, QUERIES_A_SECOND * SECONDS // 2, report)
        events = {}
        for source in [*map(read_lines, paths), dnsmon.lines]:
            for line in source:
                event = json.loads(line)
                # An event may be in several outputs, in each of them once.
                if pick(event, "event.dataset") == "dnsmon.dns":
                    events.setdefault(pick(event, "event.sequence"), []).append((id(source), pick(event, "event.action")))
        for places in events.values():
            self.assertEqual(len(places), len(set(places)), "an event twice in one output")
        actions = [places[0][1] for places in events.values()]
        self.assertEqual((actions.count("query"), actions.count("response")), (sent, answered))


def read_lines(path):
    with open(path, "rb") as f:
        data = f.read()
    assert not data or data.endswith(b"\n"), path
    return data.splitlines()


if __name__ == "__main__":
    main()
