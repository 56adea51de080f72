#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Leaves dnsmon running under a modest load and holds what it uses against a straight line.

usage: soak.py [--minutes N] [--rate QUERIES_PER_SECOND]

Every name is a new one, clients come and go each second over UDP and TCP, the file rotates every few seconds and is
compressed, and the configuration is loaded again twice a minute. Sampled: resident memory, descriptors, threads, entries
of the owners map. The tables of processes and owners are filled first; after a third of the time nothing may rise any more:
the line of least squares and the usual step are judged, not single samples. A full owners map is one whose entries go up and
down with what the kernel frees ahead, by the hundred: it must stay full, within its size. The books must balance to the
message at the end.
"""
import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import threading
import time

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
os.environ.setdefault("DNSMON", os.path.join(TOP, "build", "release", "dnsmon"))
sys.path.insert(0, os.path.join(TOP, "tests", "harness"))
from dnsmon_e2e import Client, DNSMON, Dnsmon, Resolver, in_child, loopback4, pick, wire  # noqa: E402
from dnsmon_e2e.budgets import cannot_run, report  # noqa: E402
from dnsmon_e2e.dnsperf import Dnsperf  # noqa: E402
from dnsmon_e2e.network import enter_private_namespaces  # noqa: E402
from dnsmon_e2e import usage  # noqa: E402
import subprocess  # noqa: E402

PIECE_SECONDS = 60
SAMPLE_SECONDS = 10
PROCESSES = 8192  # whose details dnsmon keeps (daemon/pipeline/pipeline.cpp)
OWNERS = 1024  # few, so that the map is full when judging begins
# What may rise over the time that is judged: both the fitted line and the usual step have to say so.
BUDGET_MIB = 64  # resident, under load
ALLOWED = {"rss_mib": 6.0, "descriptors": 3.0, "threads": 0.5}


class Names(threading.Thread):
    """Writes names that were never asked before into a pipe, as fast as it is read."""

    def __init__(self):
        super().__init__(daemon=True)
        self.reader, self._writer = os.pipe()
        self.start()

    def run(self):
        number = 0
        kinds = ("A", "AAAA", "HTTPS", "TXT")
        try:
            while True:
                names = [f"{n:x}.churn{n % 997}.example.test {kinds[n % 4]}\n" for n in range(number, number + 50)]
                number += len(names)
                os.write(self._writer, "".join([*names, "www.example.test A\n"]).encode())
        except BrokenPipeError:
            pass


class Clients:
    """Programs that come, ask once and are gone; `messages` is what they exchanged. A busy host's resolver may lose a
    datagram: they ask again then, and say how often."""

    def __init__(self, resolver):
        self._resolver = resolver
        self._told, self._tell = os.pipe()
        self.messages = 0

    def second(self):
        Client("dig", "+tcp", f"@{self._resolver.address4}", "www.example.test")
        self.messages += 2
        self.ask(5)

    def ask(self, times):
        for _ in range(times):
            in_child(self._ask)
            self.messages += len(os.read(self._told, 4096))

    def _ask(self):
        with wire.udp_socket(seconds=5) as s:
            s.connect((self._resolver.address4, 53))
            for _ in range(5):
                s.send(wire.query(f"p{os.getpid()}.example.test"))
                os.write(self._tell, b"s")
                with contextlib.suppress(TimeoutError):
                    s.recv(65535)
                    os.write(self._tell, b"r")
                    return
        raise RuntimeError("the resolver does not answer")


def slope(samples, key):
    """Rise of the line of least squares through the samples, over the whole of their time."""
    times = [s["at"] for s in samples]
    return statistics.linear_regression(times, [s[key] for s in samples]).slope * (times[-1] - times[0])


def steady_rise(samples, key):
    """The usual step between the medians of eight equal parts of the time, taken as often as there are steps: one jump, which
    a machine that stood still leaves behind, counts for nothing, what goes on and on for all it is."""
    size = max(len(samples) // 8, 1)
    levels = [statistics.median(s[key] for s in samples[at:at + size]) for at in range(0, len(samples) - size + 1, size)]
    steps = [after - before for before, after in zip(levels, levels[1:])]
    return statistics.median(steps) * len(steps)


class Soak:
    def __init__(self, minutes, rate, directory):
        self.seconds, self.rate = minutes * 60, rate
        self.path = os.path.join(directory, "events.json")
        self.samples = []
        self.sent = self.unanswered = 0
        self.reloads = 0

    def config(self):
        return {"hooks": {"owners": OWNERS}, "stats": {"interval": "10s"},
                "enrich": {"parent": self.reloads % 2 == 0}, "log": {"level": "info" if self.reloads % 3 else "warn"},
                "output": {"file": {"enabled": True, "path": self.path, "max_size": "8MiB", "max_files": 3, "compress": True}}}

    def run(self):
        with Resolver([loopback4()]) as resolver, Dnsmon(self.config(), arguments=()) as dnsmon:
            self.owners = usage.bpf_map(dnsmon.pid, "owners")
            clients, names = Clients(resolver), Names()
            clients.ask(PROCESSES)
            self.start = self.next_sample = time.monotonic()
            while time.monotonic() - self.start < self.seconds:
                self.piece(resolver, dnsmon, clients, names)
        self.sent += clients.messages

    def piece(self, resolver, dnsmon, clients, names):
        load = Dnsperf(resolver.address4, names.reader, PIECE_SECONDS, self.rate)
        second = 0
        while True:
            try:
                load.process.wait(1)  # the tick: a second, or the end of the load
                break
            except subprocess.TimeoutExpired:
                second += 1
            clients.second()
            if second % 30 == 15:
                self.reloads += 1
                dnsmon.reload(self.config())
            if time.monotonic() >= self.next_sample:
                self.sample(dnsmon.pid)
        load.finish()
        self.sent += load.sent + load.completed
        self.unanswered += load.lost

    def sample(self, pid):
        self.next_sample += SAMPLE_SECONDS
        self.samples.append({"at": time.monotonic() - self.start, "rss_mib": usage.resident_mib(pid),
                             "descriptors": usage.descriptors(pid), "threads": usage.threads(pid),
                             "owners": usage.bpf_map_entries(self.owners), "cpu_s": usage.process_cpu(pid)})
        if len(self.samples) % 6 == 1:
            print(json.dumps(self.samples[-1]), flush=True)

    def last_statistics(self):
        for path in (self.path, self.path + ".1"):
            if os.path.exists(path):
                with open(path) as f:
                    found = [line for line in f if '"action":"stats"' in line]
                if found:
                    return pick(json.loads(found[-1]), "dnsmon.stats")
        raise AssertionError("no statistics in the files")

    def judge(self):
        """Yields (what, whether it held)."""
        judged = [s for s in self.samples if s["at"] >= self.seconds / 3]
        print("\n| | start of judged time | end | rise | allowed |\n|---|---:|---:|---:|---:|")
        for key, allowed in ALLOWED.items():
            rise = min(slope(judged, key), steady_rise(judged, key))
            print(f"| {key} | {judged[0][key]:.1f} | {judged[-1][key]:.1f} | {rise:+.2f} | {allowed:g} |")
            yield f"{key} is flat (rise {rise:+.2f})", rise <= allowed
        yield "memory stays within its budget", max(s["rss_mib"] for s in self.samples) <= BUDGET_MIB
        owners = [s["owners"] for s in judged]
        yield (f"the owners map is full and holds no more than its {OWNERS} ({min(owners)} to {max(owners)})",
               OWNERS / 2 <= min(owners) and max(owners) <= OWNERS)
        stats = self.last_statistics()
        events, kernel = stats["events"], stats["kernel"]
        found = stats["counters"]["messages_found"]
        print(f"\n{found} messages, {self.reloads} reloads, {self.samples[-1]['cpu_s']:.0f} CPU s; "
              f"peak {max(s['rss_mib'] for s in self.samples):.1f} MiB resident")
        # An answer that came too late for dnsperf was on the wire all the same.
        yield f"every message was found ({found} of {self.sent})", self.sent <= found <= self.sent + self.unanswered
        yield "nothing was lost", (kernel["ring_full"], events["dropped"], events["in_flight"]) == (0, 0, 0)
        yield "the books balance", events["balanced"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--rate", type=int, default=1000)
    options = parser.parse_args()
    if cannot_run("soak", DNSMON):
        return 0
    enter_private_namespaces()
    with tempfile.TemporaryDirectory(prefix="dnsmon-soak-") as directory:
        soak = Soak(options.minutes, options.rate, directory)
        soak.run()
        return report(soak.judge())


if __name__ == "__main__":
    sys.exit(main())
