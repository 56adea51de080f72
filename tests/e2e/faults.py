#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Outputs that fail: a known number of lookups across each fault, and books that balance to the event.

Standard output goes on beside the one that fails, so it has every event; what the other has plus what it was said to
have lost must be all of them.
"""
import contextlib
import glob
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Dnsmon, EndToEndCase, PATIENCE, Resolver, main, pick, wire  # noqa: E402
from dnsmon_e2e.journal import JOURNALD, Journal  # noqa: E402
from dnsmon_e2e.waiting import LineCollector  # noqa: E402


def events_in(data):
    """The DNS events of whole lines of `data`; every line must be whole."""
    assert not data or data.endswith(b"\n"), f"a torn last line: {data[-200:]!r}"
    return [e for e in map(json.loads, data.splitlines()) if pick(e, "event.dataset") == "dnsmon.dns"]


def read(path):
    with open(path, "rb") as f:
        return f.read()


class FaultCase(EndToEndCase):
    """Lookups that are counted, a file beside standard output, and what both must have in the end (quota.py has it, too)."""

    @classmethod
    def setUpClass(cls):
        cls.resolver = cls.enterClassContext(Resolver())

    def setUp(self):
        self.directory = self.enterContext(tempfile.TemporaryDirectory(prefix="dnsmon-faults-"))
        self.path = os.path.join(self.directory, "logs", "events.json")
        os.mkdir(os.path.dirname(self.path))
        self.asked = 0

    def mount(self, target, *options):
        subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", target], check=True)
        stack = contextlib.ExitStack()
        stack.callback(subprocess.run, ["umount", "--lazy", target], check=True)
        self.addCleanup(stack.close)
        return stack

    def monitor(self, **file):
        return Dnsmon({"output": {"stdout": True, "file": {"enabled": True, "path": self.path} | file}}, arguments=())

    def ask(self, dnsmon, count=100):
        """So many lookups; returns once their events were given to the outputs."""
        with wire.udp_socket(seconds=20 * PATIENCE) as s:
            s.connect((self.resolver.address4, 53))
            for _ in range(count):
                self.asked += 1
                s.send(wire.query(f"n{self.asked}.example.test", ident=self.asked))
                s.recv(65535)
        if dnsmon.lines:
            dnsmon.wait_event(event__action="response", dns__id=str(self.asked))

    def wait_in_file(self):
        """Until the last answer is in the file: standard output may have it a moment earlier."""
        with subprocess.Popen(["tail", "-n", "+1", "-f", self.path], stdout=subprocess.PIPE, text=True) as tail:
            lines = LineCollector(tail.stdout)
            answer = f'"type":"answer","id":"{self.asked}"'
            self.assertTrue(lines.wait(lambda all_lines: any(answer in line for line in all_lines), 10))
            tail.terminate()

    def wait_loss(self, dnsmon):
        return json.loads(dnsmon.wait_line(lambda line: '"dnsmon.loss"' in line))

    def assert_books(self, dnsmon, sink, events, losses):
        """After the stop. `events`: what the sink has; each is there once, and the rest was counted and said."""
        everything = dnsmon.events()
        self.assertEqual(len(everything), 2 * self.asked)
        numbers = [pick(e, "event.sequence") for e in events]
        self.assertEqual(len(numbers), len(set(numbers)), "an event twice")
        stats = pick(dnsmon.notices("stats")[-1], "dnsmon.stats")
        self.assertTrue(stats["events"]["balanced"], stats)
        books = stats["sinks"][sink]
        self.assertEqual(books["written"] + books["dropped"], stats["events"]["submitted"])
        self.assertEqual(books["dropped"], sum(pick(n, "dnsmon.loss.events") for n in losses))
        self.assertEqual(stats["sinks"]["stdout"]["dropped"], 0)
        lost = 2 * self.asked - len(events)
        self.assertGreaterEqual(books["dropped"], lost)
        self.assertLessEqual(books["dropped"] - lost, 2, "notices that were lost too")
        for loss in losses:
            self.assertLess(pick(loss, "event.start"), pick(loss, "event.end"))
            self.assertEqual(pick(loss, "dnsmon.loss.sink"), sink)
        summary = json.loads(dnsmon.log.splitlines()[-1])["dnsmon"]["summary"]
        self.assertEqual(f"{books['dropped']} did not reach {sink}" in summary, books["dropped"] > 0, summary)

    def files(self, *more):
        return [e for path in [*glob.glob(self.path + "*"), *more] for e in events_in(read(path))]


class Faults(FaultCase):
    def test_disk_full_and_free_again(self):
        self.mount(os.path.dirname(self.path), "size=4m")
        ballast = os.path.join(os.path.dirname(self.path), "ballast")
        with self.monitor() as dnsmon:
            self.ask(dnsmon)
            with open(ballast, "wb", buffering=0) as f, contextlib.suppress(OSError):
                while f.write(b"x" * 4096):
                    pass
            self.ask(dnsmon)
            dnsmon.wait_log("an output takes no events")
            os.unlink(ballast)
            self.ask(dnsmon)
            loss = self.wait_loss(dnsmon)
            self.ask(dnsmon)
            self.assertTrue(any("file takes no events" in line for line in dnsmon.notified if line.startswith("STATUS=")))
        self.assertEqual(pick(loss, "dnsmon.loss.reason"), "disk_full")
        self.assert_books(dnsmon, "file", self.files(), [loss])

    def test_directory_moved_away_is_made_again(self):
        with self.monitor() as dnsmon:
            self.ask(dnsmon)
            moved = os.path.join(self.directory, "moved")
            os.rename(os.path.dirname(self.path), moved)
            self.ask(dnsmon)
        self.assert_books(dnsmon, "file", self.files(os.path.join(moved, "events.json")), [])

    def test_directory_that_cannot_be_made_until_it_can(self):
        self.path = os.path.join(self.directory, "logs", "deep", "events.json")
        with self.monitor() as dnsmon:
            self.ask(dnsmon)
            moved = os.path.join(self.directory, "moved")
            os.rename(os.path.join(self.directory, "logs"), moved)
            self.ask(dnsmon)
            dnsmon.wait_log("an output takes no events")
            os.mkdir(os.path.join(self.directory, "logs"))
            self.ask(dnsmon)
            loss = self.wait_loss(dnsmon)
        self.assertEqual(pick(loss, "dnsmon.loss.reason"), "unavailable")
        self.assert_books(dnsmon, "file", self.files(os.path.join(moved, "deep", "events.json")), [loss])

    def test_read_only_file_system(self):
        with self.monitor() as dnsmon:
            self.ask(dnsmon)
            read_only = self.mount(os.path.dirname(self.path), "ro")
            self.ask(dnsmon)
            dnsmon.wait_log("Read-only file system")
            read_only.close()
            self.ask(dnsmon)
            loss = self.wait_loss(dnsmon)
        self.assert_books(dnsmon, "file", self.files(), [loss])

    def test_kernel_makes_the_file_system_read_only_after_an_error(self):
        disk = os.path.join(self.directory, "disk")
        with open(disk, "wb") as f:
            f.truncate(16 << 20)
        subprocess.run(["mkfs.ext4", "-q", disk], check=True)
        logs = os.path.dirname(self.path)
        if subprocess.run(["mount", "-o", "loop", disk, logs], check=False).returncode != 0:
            self.skipTest("no loop devices here")
        self.addCleanup(subprocess.run, ["umount", "--lazy", logs], check=False, stderr=subprocess.DEVNULL)
        with self.monitor() as dnsmon:
            self.ask(dnsmon)
            os.sync()  # what the kernel still holds goes with the file system
            subprocess.run(["mount", "-o", "remount,abort", logs], check=False)
            self.ask(dnsmon)
            dnsmon.wait_log("Read-only file system")
            before = events_in(read(self.path))
            subprocess.run(["umount", "--lazy", logs], check=True)
            self.ask(dnsmon)
            loss = self.wait_loss(dnsmon)
        self.assertEqual(pick(loss, "dnsmon.loss.reason"), "io_error")
        self.assert_books(dnsmon, "file", before + self.files(), [loss])

    def test_file_that_may_not_grow_until_it_may(self):
        limit = 256 * 1024
        with self.monitor(max_size="never") as dnsmon:
            self.ask(dnsmon, 20)
            resource.prlimit(dnsmon.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            self.ask(dnsmon, 400)
            dnsmon.wait_log("File too large")
            self.assertLessEqual(os.path.getsize(self.path), limit)
            resource.prlimit(dnsmon.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            self.ask(dnsmon)
            loss = self.wait_loss(dnsmon)
        self.assertEqual(pick(loss, "dnsmon.loss.reason"), "too_large")
        self.assert_books(dnsmon, "file", self.files(), [loss])

    def test_outage_that_goes_on_until_the_stop_is_said(self):
        with self.monitor() as dnsmon:
            self.ask(dnsmon)
            self.mount(os.path.dirname(self.path), "ro")
            self.ask(dnsmon)
            dnsmon.wait_log("an output takes no events")
        dnsmon.wait_log("an output took no events until the end")
        stats = pick(dnsmon.notices("stats")[-1], "dnsmon.stats")
        last = dict(re.findall(r'"(lost|summary)":"([^"]*)"', dnsmon.log))
        # The final statistics themselves were lost there too.
        self.assertEqual(int(last["lost"]), stats["sinks"]["file"]["dropped"] + 1)
        self.assertIn(f"{last['lost']} did not reach file, file takes no events", last["summary"])

    def logrotate(self, *directives):
        if not shutil.which("logrotate"):
            self.skipTest("logrotate is not installed")
        config = os.path.join(self.directory, "logrotate.conf")
        with open(config, "w") as f:
            f.write("\n".join([self.path + " {", "su root root", "rotate 9", *directives, "}\n"]))
        subprocess.run(["logrotate", "--force", "--state", os.path.join(self.directory, "state"), config], check=True)

    def test_logrotate_with_rename_and_signal(self):
        with self.monitor(max_size="never") as dnsmon:
            for _ in range(3):
                self.ask(dnsmon)
                self.logrotate("postrotate", f"kill -USR1 {dnsmon.pid}", "endscript")
                self.ask(dnsmon)
        self.assertEqual(len(glob.glob(self.path + "*")), 4)
        self.assert_books(dnsmon, "file", self.files(), [])

    def test_logrotate_with_copytruncate(self):
        with self.monitor(max_size="never") as dnsmon:
            for _ in range(3):
                self.ask(dnsmon)
                self.wait_in_file()  # lines that come between copy and truncation are lost to logrotate
                self.logrotate("copytruncate")
        self.assertEqual(len(glob.glob(self.path + "*")), 4)
        self.assert_books(dnsmon, "file", self.files(), [])

    def test_journald_stopped_and_started_again(self):
        if not os.access(JOURNALD, os.X_OK) or not shutil.which("journalctl"):
            self.skipTest("systemd-journald is not installed")
        journal = self.enterContext(Journal())
        with Dnsmon({"output": {"stdout": True, "journald": True}}, arguments=()) as dnsmon:
            self.ask(dnsmon)
            journal.stop()
            self.ask(dnsmon)
            dnsmon.wait_log("an output takes no events")
            journal.start()
            self.ask(dnsmon)
            loss = self.wait_loss(dnsmon)
        journal.wait_entry("EVENT=stats", "SYSLOG_IDENTIFIER=dnsmon")
        entries = subprocess.run(["journalctl", "--output=cat", "--all", "SYSLOG_IDENTIFIER=dnsmon"], check=True,
                                 stdout=subprocess.PIPE).stdout
        self.assert_books(dnsmon, "journald", events_in(entries), [loss])

    def test_journald_that_does_not_read_until_it_does(self):
        if not os.access(JOURNALD, os.X_OK) or not shutil.which("journalctl"):
            self.skipTest("systemd-journald is not installed")
        with open("/proc/sys/net/unix/max_dgram_qlen") as f:
            room = int(f.read())
        journal = self.enterContext(Journal())
        with Dnsmon({"output": {"stdout": True, "journald": True}}, arguments=()) as dnsmon:
            self.ask(dnsmon)
            journal.process.send_signal(signal.SIGSTOP)
            self.ask(dnsmon, room)  # two events each: more than the socket holds
            dnsmon.wait_log("an output takes no events")
            journal.process.send_signal(signal.SIGCONT)
            self.ask(dnsmon)
            loss = self.wait_loss(dnsmon)
        journal.wait_entry("EVENT=stats", "SYSLOG_IDENTIFIER=dnsmon")
        entries = subprocess.run(["journalctl", "--output=cat", "--all", "SYSLOG_IDENTIFIER=dnsmon"], check=True,
                                 stdout=subprocess.PIPE).stdout
        self.assertEqual(pick(loss, "dnsmon.loss.reason"), "unavailable")
        self.assert_books(dnsmon, "journald", events_in(entries), [loss])

    def test_pipe_whose_reader_stalls_for_a_while_costs_nothing(self):
        reader, writer = os.pipe()
        with Dnsmon({"output": {"stdout": True}}, arguments=(), stdout=writer) as dnsmon:
            os.close(writer)
            self.ask(dnsmon, 300)  # more than a pipe holds, and nobody reads for longer than a second
            with wire.udp_socket(seconds=1.5) as nobody, self.assertRaises(TimeoutError):
                nobody.recv(1)
            taken = LinesOf(reader)
        lines = taken.finish()
        self.assertEqual(len(events_in(lines)), 2 * self.asked)
        stats = pick([json.loads(x) for x in lines.splitlines() if b'"dnsmon.stats"' in x][-1], "dnsmon.stats")
        self.assertEqual((stats["events"]["dropped"], stats["kernel"]["ring_full"]), (0, 0))
        self.assertTrue(stats["events"]["balanced"])

    def test_slow_pipe_costs_only_itself(self):
        reader, writer = os.pipe()
        with Dnsmon({"output": {"stdout": True, "file": {"enabled": True, "path": self.path}}}, arguments=(),
                    stdout=writer) as dnsmon:
            os.close(writer)
            self.ask(dnsmon, 500)  # more than a pipe holds, and nobody reads
            dnsmon.wait_log("an output takes no events", 30)
            taken = LinesOf(reader)
            self.ask(dnsmon, 10)
            dnsmon.wait_log("an output takes events again")
        in_file, in_pipe = self.files(), events_in(taken.finish())
        self.assertEqual(len(in_file), 2 * self.asked)
        stats = [json.loads(x) for x in read(self.path).splitlines() if b'"dnsmon.stats"' in x][-1]
        books = pick(stats, "dnsmon.stats.sinks")
        self.assertEqual(books["file"]["dropped"], 0)
        self.assertEqual(len(in_pipe) + books["stdout"]["dropped"], 2 * self.asked + notices_lost(read(self.path), taken))

    def test_closed_pipe_costs_only_itself(self):
        reader, writer = os.pipe()
        with Dnsmon({"output": {"stdout": True, "file": {"enabled": True, "path": self.path}}}, arguments=(),
                    stdout=writer) as dnsmon:
            os.close(writer)
            os.close(reader)
            self.ask(dnsmon)
            dnsmon.wait_log("Broken pipe")
            self.ask(dnsmon)
        self.assertEqual(len(self.files()), 2 * self.asked)

    def test_killed_under_load_no_line_is_torn_after_a_restart(self):
        for _ in range(3):
            dnsmon = self.monitor()
            dnsmon.__enter__()
            with wire.udp_socket() as s:
                for ident in range(3000):
                    s.sendto(wire.query(f"k{ident}.example.test", ident=ident), (self.resolver.address4, 53))
            dnsmon.wait_event(event__action="query")
            dnsmon.process.kill()
            dnsmon.process.wait()
            dnsmon.status = 0  # as wished
            dnsmon.__exit__(None)
        with self.monitor():
            pass
        self.assertGreater(len(self.files()), 0)  # which says so of a torn line


class LinesOf:
    """Reads a pipe to its end in a process of its own."""

    def __init__(self, fd):
        self._file = tempfile.TemporaryFile()  # a pipe that is read at the end would hold it up
        self._cat = subprocess.Popen(["cat"], stdin=fd, stdout=self._file)
        os.close(fd)
        self.data = None

    def finish(self):
        if self.data is None:
            self._cat.wait(60 * PATIENCE)
            self._file.seek(0)
            self.data = self._file.read()
            self._file.close()
        return self.data


def notices_lost(all_lines, taken):
    """How many events about the daemon the pipe lacks."""
    def count(data):
        return sum('"dnsmon.dns"' not in line for line in data.decode().splitlines())
    return count(all_lines) - count(taken.finish())


if __name__ == "__main__":
    main()
