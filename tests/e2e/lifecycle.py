#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Start and stop: READY, draining, restart, kill -9, running without hooks."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, DNSMON, Dnsmon, EndToEndCase, Resolver, loopback4, main, pick, run_dnsmon, wire  # noqa: E402
from dnsmon_e2e.stopped_thread import StoppedThread  # noqa: E402


class Lifecycle(EndToEndCase):
    def flood(self, address, count):
        with wire.udp_socket() as server, wire.udp_socket() as s:
            server.bind((address, 53))
            for ident in range(count):
                s.sendto(wire.query(f"n{ident}.example.test", ident=ident), (address, 53))

    def test_signals_drain_what_the_kernel_has_handed_over(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(signal=number.name), Dnsmon() as dnsmon:
                self.flood(loopback4(), 2000)
                self.assertEqual(dnsmon.stop(number), 0)
                idents = sorted(int(pick(e, "dns.id")) for e in dnsmon.events(event__action="query"))
                self.assertEqual(idents, list(range(2000)))
                self.assertTrue(dnsmon.lines[-1].endswith("\n"))

    def test_own_log_is_json_lines(self):
        with Dnsmon() as dnsmon:
            pass
        lines = dnsmon.log.splitlines()
        self.assertTrue(lines)
        for line in lines:
            self.assertIsInstance(json.loads(line), dict)

    def test_own_log_has_priorities_where_journald_reads_it(self):
        for is_journal in (True, False):
            reader, writer = os.pipe()
            status = os.fstat(writer)
            stream = f"{status.st_dev}:{status.st_ino + (0 if is_journal else 1)}"
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
                # Nothing may be loaded: it starts, says why it cannot go on, and ends.
                f.write("output: {journald: false, file: {enabled: true, path: /proc/nothing/here}}\n")
                f.flush()
                ended = subprocess.run([DNSMON, "run", "-c", f.name], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=writer, env=os.environ | {"JOURNAL_STREAM": stream}, check=False)
            os.close(writer)
            with os.fdopen(reader) as pipe:
                lines = pipe.read().splitlines()
            self.assertEqual(ended.returncode, 1)
            priorities = {"info": "<6>", "warn": "<4>", "error": "<3>"}
            for line in lines:
                prefix, brace, rest = line.partition("{")
                level = pick(json.loads(brace + rest), "log.level")
                self.assertEqual(prefix, priorities[level] if is_journal else "", line)
            self.assertIn('"error"', lines[-1])

    def test_start_and_stop_are_events(self):
        with Dnsmon() as dnsmon:
            pass
        for action in ("start", "stop", "stats"):
            self.assertEqual(len(dnsmon.notices(action)), 1, action)

    def test_without_hooks_it_runs_unattributed(self):
        with Resolver() as resolver, Dnsmon({"hooks": {"mode": "none"}}) as dnsmon:
            Client("dig", f"@{resolver.address4}", "www.example.test")
            event = dnsmon.wait_event(event__action="response", dns__question__name="www.example.test")
        self.assert_fields(event, process=None, dnsmon__attribution="none")

    def test_killed_and_started_again_beside_another(self):
        with Resolver() as resolver, Dnsmon() as other:
            first = Dnsmon()
            first.__enter__()
            first.process.kill()
            first.process.wait()
            first.status = 0  # as wished
            first.__exit__(None)
            with Dnsmon() as again:
                client = Client("dig", f"@{resolver.address4}", "www.example.test")
                for dnsmon in (other, again):
                    event = dnsmon.wait_event(event__action="response", process__pid=client.pid)
                    self.assert_fields(event, process__name="dig")

    def test_service_manager_is_told(self):
        with Dnsmon({"stats": {"interval": "100ms"}}) as dnsmon:
            dnsmon.wait_line(lambda line: '"dnsmon.stats"' in line)
        self.assertEqual(dnsmon.notified[0], "READY=1")
        self.assertIn("STOPPING=1", dnsmon.notified)
        states = [line for line in dnsmon.notified if line.startswith("STATUS=")]
        self.assertTrue(any("hooks" in line for line in states), states)

    def test_status_says_losses_and_the_rate_also_without_statistics(self):
        with Resolver() as resolver, Dnsmon({"stats": {"interval": "never"}}) as dnsmon:
            with wire.udp_socket(seconds=10) as s:
                s.connect((resolver.address4, 53))
                for ident in range(100):
                    s.send(wire.query("www.example.test", ident=ident))
                    s.recv(4096)
            said = re.compile(r"STATUS=hooks \w+, \d+ messages, .* 0 lost, ([0-9.]+) messages/s$")
            rate = dnsmon.wait_notified(lambda line: (m := said.match(line)) and float(m[1]), 30)
        self.assertGreaterEqual(rate, 200 / 30)  # since the start, at most that long ago
        self.assertLessEqual(rate, 200 / 9)      # it is said every ten seconds

    def test_watchdog_is_told_only_while_loop_and_writer_go_on(self):
        heartbeats = "WATCHDOG=1"
        with Dnsmon(environment={"WATCHDOG_USEC": "400000"}) as dnsmon, wire.udp_socket() as s:
            def beats_on():
                return dnsmon.notified_count(heartbeats, dnsmon.notified.count(heartbeats) + 3, 10)

            def stands_still():
                dnsmon.notified_count(heartbeats, dnsmon.notified.count(heartbeats) + 1, 1)  # one that was on its way
                return not dnsmon.notified_count(heartbeats, dnsmon.notified.count(heartbeats) + 1, 3)

            self.assertTrue(beats_on())
            with StoppedThread(dnsmon.pid, "dnsmon-writer"):
                self.assertTrue(beats_on(), "it has nothing to do")
                s.sendto(wire.query("stuck.example.test"), (loopback4(), 53))
                self.assertTrue(stands_still(), "an event waits")
            self.assertTrue(beats_on())
            with StoppedThread(dnsmon.pid, "dnsmon-loop"):
                self.assertTrue(stands_still())
            self.assertTrue(beats_on())
            dnsmon.wait_event(dns__question__name="stuck.example.test")

    def test_hooks_that_cannot_attach_are_an_error_when_forced(self):
        doctor = json.loads(run_dnsmon("doctor", "--json").stdout)
        for mode in ("kprobe", "fentry"):
            with self.subTest(mode=mode):
                flavours = json.dumps(doctor).lower()
                result = try_mode(self, mode)
                if result is None:
                    continue  # this kernel can
                self.assertEqual(result[0], 1, result[1])
                self.assertIn(mode, result[1] + flavours)


def try_mode(case, mode):
    """None when dnsmon runs with this mode here; (exit code, log) when it refuses."""
    dnsmon = Dnsmon({"hooks": {"mode": mode}})
    try:
        with dnsmon:
            return None
    except RuntimeError as refused:
        return dnsmon.process.returncode, str(refused)


if __name__ == "__main__":
    main()
