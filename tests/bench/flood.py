#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Floods a host whose log goes into a pipe that is read a hundred times too slowly.

usage: flood.py [--seconds N] [--slower N] [--tcp]

The load is dnsperf against unbound on loopback, as fast as both go, in a network namespace of its own. First without
dnsmon, then with it and the slow reader, then without it again. Held to: bounded memory, books that balance to the message
between dnsperf, the kernel side and the lines that came out, new lookups in the log within seconds of the reader's recovery, and
a resolver that keeps its rate. With --tcp: answers of 240 records over TCP, the largest events; a lost segment is a gap there, so
messages are not counted against dnsperf's.
"""
import argparse
import json
import os
import re
import sys
import tempfile
import threading
import time

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
os.environ.setdefault("DNSMON", os.path.join(TOP, "build", "release", "dnsmon"))
sys.path.insert(0, os.path.join(TOP, "tests", "harness"))
from dnsmon_e2e import Client, DNSMON, Dnsmon, Resolver, loopback4, pick  # noqa: E402
from dnsmon_e2e.budgets import cannot_run, report  # noqa: E402
from dnsmon_e2e.dnsperf import Dnsperf  # noqa: E402
from dnsmon_e2e.network import enter_private_namespaces  # noqa: E402
from dnsmon_e2e import usage  # noqa: E402

LINE_BYTES = {False: 1200, True: 12000}  # of an event, about; over TCP
MIB_ALLOWED = 64
RECOVERY_SECONDS = 10
RATE_KEPT = 0.9


class SlowReader(threading.Thread):
    """Reads the pipe at `bytes_per_second` until hurry(), then as fast as it can. Counts lines; every one is looked at."""

    CHUNK = 65536

    def __init__(self, pipe, bytes_per_second):
        super().__init__(daemon=True)
        self._pipe, self._rate = pipe, bytes_per_second
        self._hurry = threading.Event()
        self._changed = threading.Condition()
        self.lines = 0
        self.sequences = []
        self.torn = 0
        self.last_stats = None
        self.probed = False
        self.start()

    def hurry(self):
        self._hurry.set()

    def run(self):
        rest = b""
        while chunk := os.read(self._pipe, self.CHUNK):
            *lines, rest = (rest + chunk).split(b"\n")
            with self._changed:
                for line in lines:
                    self._take(line)
                self._changed.notify_all()
            self._hurry.wait(len(chunk) / self._rate)  # this is the slowness itself
        self.torn += bool(rest)

    def _take(self, line):
        self.lines += 1
        if not (line.startswith(b"{") and line.endswith(b"}")):
            self.torn += 1
        found = re.search(rb'"sequence":(\d+)', line)
        if found:
            self.sequences.append(int(found[1]))
        if b'"action":"stats"' in line:
            self.last_stats = line
        self.probed = self.probed or b'"name":"probe' in line

    def wait_probe(self, seconds):
        """Whether a lookup that was made after the flood has come."""
        with self._changed:
            return self._changed.wait_for(lambda: self.probed, seconds)


class Flood:
    def __init__(self, options, directory):
        self.seconds, self.slower, self.tcp = options.seconds, options.slower, options.tcp
        self.names = os.path.join(directory, "names")
        with open(self.names, "w") as f:
            f.writelines(f"{name}.example.test {kind}\n" for name, kind in
                         ((("many", "A"),) if self.tcp else
                          (("www", "A"), ("www", "AAAA"), ("mail", "MX"), ("text", "TXT"), ("nowhere", "A"))))

    def rate(self, resolver, seconds):
        load = Dnsperf(resolver.address4, self.names, seconds, outstanding=100, tcp=self.tcp).finish()
        print(f"{load.rate:.0f} queries/s for {seconds} s, {load.lost} unanswered", flush=True)
        return load

    def run(self):
        with Resolver([loopback4()]) as resolver:
            bare = max(1, self.seconds // 4)
            before = self.rate(resolver, bare)
            self.flood(resolver, before.rate)
            after = self.rate(resolver, bare)
        self.bare_rate = (before.rate + after.rate) / 2

    def flood(self, resolver, expected_rate):
        read_end, write_end = os.pipe()
        reader = self.reader = SlowReader(read_end, max(1, 2 * expected_rate * LINE_BYTES[self.tcp] / self.slower))
        # With statistics each second: the daemon's own voice must come through, too.
        with Dnsmon({"stats": {"interval": "1s"}}, stdout=write_end) as dnsmon:
            os.close(write_end)
            cpu, idle_mib = usage.process_cpu(dnsmon.pid), usage.resident_mib(dnsmon.pid)
            self.load = self.rate(resolver, self.seconds)
            self.cpu = usage.process_cpu(dnsmon.pid) - cpu
            reader.hurry()
            released = time.monotonic()
            self.probes, self.recovered = 0, False
            while not self.recovered and self.probes < 60:
                self.probes += 1  # the first may still meet a full ring
                Client("dig", f"@{resolver.address4}", f"probe{self.probes}.example.test")
                self.recovered = reader.wait_probe(1)
            self.recovery_s = time.monotonic() - released
            self.peak_mib = usage.peak_resident_mib(dnsmon.pid)
            print(f"{idle_mib:.1f} MiB resident before, {usage.resident_mib(dnsmon.pid):.1f} afterwards", flush=True)
            dnsmon.stop()
        reader.join()
        os.close(read_end)

    def judge(self):
        stats = pick(json.loads(self.reader.last_stats), "dnsmon.stats")
        kernel, events, counters = stats["kernel"], stats["events"], stats["counters"]
        sent = self.load.sent + self.load.completed + 2 * self.probes
        print(f"\n{sent} messages sent = {kernel['submitted']} handed over + {kernel['ring_full']} lost at the ring; {counters['timeouts']} "
              f"timeouts; {events['written']} events written, {events['dropped']} dropped; {self.cpu:.1f} CPU s")
        yield f"the sink was too slow ({kernel['ring_full']} lost)", kernel["ring_full"] > kernel["submitted"]
        if self.tcp:
            pass
        elif self.load.lost == 0:
            yield f"every message is accounted for ({kernel['matched']} of {sent})", kernel["matched"] == sent
        else:  # an answer that dnsperf had no room for was on the wire all the same
            yield (f"every message is accounted for ({kernel['matched']} of {sent} and at most {self.load.lost})",
                   sent <= kernel["matched"] <= sent + self.load.lost)
        yield "matched = handed over + lost at the ring", kernel["matched"] == kernel["submitted"] + kernel["ring_full"]
        if not self.tcp:
            yield "all that was handed over was a message", kernel["submitted"] == counters["messages_found"]
        yield "the books balance", events["balanced"] and events["in_flight"] == 0
        yield (f"what was written came out ({self.reader.lines} lines)", self.reader.lines == events["written"] + 1)
        yield "no line twice, none torn", len(set(self.reader.sequences)) == len(self.reader.sequences) and self.reader.torn == 0
        yield f"peak {self.peak_mib:.1f} MiB resident, {MIB_ALLOWED} allowed", self.peak_mib <= MIB_ALLOWED
        yield (f"a new lookup was in the log {self.recovery_s:.1f} s after the reader recovered, {RECOVERY_SECONDS} allowed",
               bool(self.recovered) and self.recovery_s <= RECOVERY_SECONDS)
        kept = self.load.rate / self.bare_rate
        yield f"the resolver keeps {kept:.1%} of {self.bare_rate:.0f} queries/s, {RATE_KEPT:.0%} asked", kept >= RATE_KEPT


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--slower", type=int, default=100)
    parser.add_argument("--tcp", action="store_true")
    options = parser.parse_args()
    if cannot_run("flood", DNSMON):
        return 0
    enter_private_namespaces()
    with tempfile.TemporaryDirectory(prefix="dnsmon-flood-") as directory:
        flood = Flood(options, directory)
        flood.run()
    return report(flood.judge())


if __name__ == "__main__":
    sys.exit(main())
