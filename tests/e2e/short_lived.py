#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Clients that are gone before anybody can look: pid, name and user right in all of them, executable and command line in
99.9 %. Many at a time, over UDP and TCP; on a quiet machine, and while another program asks as fast as it can.

DNSMON_TEST_LOOKUPS=N: how many clients a case starts (default 1000; ctest -R bench.short_lived: 10 000)."""
import collections
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Dnsmon, EndToEndCase, PATIENCE, Resolver, loopback4, main, pick, wire  # noqa: E402

LOOKUPS = int(os.environ.get("DNSMON_TEST_LOOKUPS", "1000"))
ODD_CLIENT = os.environ.get("DNSMON_TEST_ODD_CLIENT", "")
AT_A_TIME = 20
USER = 23456
# Which of the daemon's events are kept: the flood beside them is not what is asked here.
ONLY_THESE = {"filter": {"names": {"include": [".short.test", "."]}}}

Truth = collections.namedtuple("Truth", "pid name uid executable command_line")


class Crowd:
    """Starts clients, AT_A_TIME of them at once; who asked what is in `truth` by the question's name or the id."""

    def __init__(self):
        self.truth = {}
        self._running = {}

    def start(self, key, argv, uid=0):
        if len(self._running) == AT_A_TIME:
            self._wait_one()
        executable = shutil.which(argv[0])
        options = {"user": uid, "group": uid, "extra_groups": []} if uid else {}
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options)
        self._running[process.pid] = process
        self.truth[key] = Truth(process.pid, os.path.basename(executable)[:15], str(uid), executable, " ".join(argv))

    def _wait_one(self):
        pid, status = os.wait()
        process = self._running.pop(pid)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise AssertionError(f"{process.args}: exit {process.returncode}")

    def wait(self):
        while self._running:
            self._wait_one()


class ShortLived(EndToEndCase):
    def setUp(self):
        self.crowd = Crowd()

    def check(self, dnsmon, key_of):
        """Each query's event names its client."""
        truth = self.crowd.truth
        events = {key_of(e): e for e in dnsmon.events(event__action="query") if key_of(e) in truth}
        self.assertEqual(truth.keys() - events.keys(), set(), "no event")
        wrong, lacking = [], 0
        for key, who in truth.items():
            event = events[key]
            got = Truth(*(pick(event, path) for path in ("process.pid", "process.name", "user.id", "process.executable",
                                                         "process.command_line")))
            if got[:3] != who[:3] or got.executable not in (None, who.executable) or \
                    got.command_line not in (None, who.command_line):
                wrong.append((who, got))
            lacking += got != who
        print(f"{len(truth)} clients, {len(wrong)} wrong, {lacking} without executable or command line")
        self.assertEqual(wrong[:3], [])
        self.assertLessEqual(lacking, len(truth) // 1000)

    def dig(self, dnsmon, server, start=0, count=LOOKUPS):
        for i in range(start, start + count):
            name = f"n{i}.short.test"
            self.crowd.start(name, ["dig", *(["+tcp"] if i % 2 else []), "+tries=1", "+time=30", f"@{server}", name],
                             uid=USER if i % 3 == 0 else 0)
        self.crowd.wait()
        self.await_last(dnsmon, server)
        self.check(dnsmon, lambda event: pick(event, "dns.question.name"))

    @staticmethod
    def await_last(dnsmon, server):
        """Every event of before is there once one of now is: from both transports, for each has its worker."""
        with wire.udp_socket() as s:
            s.sendto(wire.query("last.short.test", ident=0), (server, 53))  # no client has that id
        dnsmon.wait_event(60, event__action="query", dns__question__name="last.short.test")
        dnsmon.stop()

    def test_dig_over_udp_and_tcp(self):
        with Dnsmon(ONLY_THESE) as dnsmon, Resolver() as resolver:
            self.dig(dnsmon, resolver.address4)

    def test_a_client_that_exits_the_instant_it_has_sent(self):
        if not os.access(ODD_CLIENT, os.X_OK):
            self.skipTest("the client is not built")
        server = loopback4()
        with Dnsmon() as dnsmon, wire.udp_socket() as listener:
            listener.bind((server, 53))
            for i in range(LOOKUPS):
                self.crowd.start(str(1 + i), [ODD_CLIENT, "sendto", server, str(1 + i)], uid=USER if i % 3 == 0 else 0)
            self.crowd.wait()
            self.await_last(dnsmon, server)
            self.check(dnsmon, lambda event: pick(event, "dns.id"))

    def test_dig_while_another_program_asks_at_the_machines_limit(self):
        if not shutil.which("dnsperf"):
            self.skipTest("dnsperf is not installed")
        with contextlib.ExitStack() as stack:
            dnsmon = stack.enter_context(Dnsmon(ONLY_THESE))
            resolver = stack.enter_context(Resolver(threads=2))
            questions = stack.enter_context(tempfile.NamedTemporaryFile("w", suffix=".txt"))
            questions.write("www.example.test A\n")
            questions.flush()
            flood = subprocess.Popen(["dnsperf", "-s", resolver.address4, "-d", questions.name, "-l", "3600", "-c", "4"],
                                     stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            try:
                self.dig(dnsmon, resolver.address4, count=max(LOOKUPS // 4, 1))
                self.assertIsNone(flood.poll())
            finally:
                flood.terminate()
                output, _ = flood.communicate(timeout=60 * PATIENCE)
            print(*[line.strip() for line in output.splitlines() if "per second" in line or "lost" in line], sep="; ")


if __name__ == "__main__":
    main()
