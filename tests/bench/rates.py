#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What dnsmon takes from a host at its limit: the rate of a resolver, and of traffic that is not DNS.

usage: rates.py [--seconds N] [--rounds N]

First dnsperf against unbound on loopback as fast as both go, before, with and after dnsmon (ECS JSON into a file), and beside
tcpdump for comparison: nothing may be lost and the resolver keeps its rate. Then a flood of datagrams on another port, in
turns alone, beside dnsmon and beside `tcpdump -i any udp port 53`: what a packet costs its sender. Medians are judged,
against each other, in one run.
"""
import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
os.environ.setdefault("DNSMON", os.path.join(TOP, "build", "release", "dnsmon"))
sys.path.insert(0, os.path.join(TOP, "tests", "harness"))
from dnsmon_e2e import DNSMON, Dnsmon, Resolver, loopback4, pick  # noqa: E402
from dnsmon_e2e.budgets import cannot_run, report  # noqa: E402
from dnsmon_e2e.dnsperf import Dnsperf  # noqa: E402
from dnsmon_e2e.network import enter_private_namespaces  # noqa: E402
from dnsmon_e2e.udp_flood import UdpFlood  # noqa: E402
from dnsmon_e2e.waiting import LineCollector  # noqa: E402

RESOLVER_KEEPS, FLOOD_KEEPS = 0.90, 0.95
FLOOD_PORT = 9999


def dnsmon_into(path):
    return Dnsmon({"output": {"file": {"enabled": True, "path": path, "max_size": "16GiB"}}}, arguments=())


@contextlib.contextmanager
def tcpdump(*arguments):
    argv = ["tcpdump", "-n", "-i", "any", *arguments, "udp", "port", "53"]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            log = LineCollector(process.stderr)
            if not log.wait(lambda lines: any("listening on" in line for line in lines), 30):
                raise RuntimeError("tcpdump did not start")
            yield
        finally:
            process.terminate()  # else leaving the block waits for it forever
        log.finish()


class HighestRate:
    """dnsperf without a limit; its answers are small, so that the messages are many."""

    def __init__(self, directory, seconds):
        self.path, self.names, self.seconds = os.path.join(directory, "events"), os.path.join(directory, "names"), seconds
        with open(self.names, "w") as f:
            f.writelines(f"{name}.example.test {kind}\n" for name, kind in (("www", "A"), ("mail", "MX"), ("nowhere", "A")))

    def load(self, resolver, seconds):
        return Dnsperf(resolver.address4, self.names, seconds).finish()

    def run(self):
        half = max(1, self.seconds // 2)
        with Resolver([loopback4()]) as resolver:
            before = self.load(resolver, half)
            with dnsmon_into(self.path) as dnsmon:
                self.watched = self.load(resolver, self.seconds)
                dnsmon.stop()
            with tcpdump("-w", "/dev/null"):
                recorded = self.load(resolver, half)
            with tcpdump("-l"):
                printed = self.load(resolver, half)
            after = self.load(resolver, half)
        self.bare_rate = (before.rate + after.rate) / 2
        print("| the resolver beside | queries/s | kept |\n|---|---:|---:|")
        for who, rate in (("nothing", self.bare_rate), ("dnsmon", self.watched.rate), ("tcpdump -w /dev/null", recorded.rate),
                          ("tcpdump -l > /dev/null", printed.rate)):
            print(f"| {who} | {rate:.0f} | {rate / self.bare_rate:.1%} |")
        print(flush=True)
        self.seen = 0
        with open(self.path) as f:
            for line in f:
                if '"action":"query"' in line or '"action":"response"' in line:
                    self.seen += 1
                elif '"action":"stats"' in line:
                    self.stats = pick(json.loads(line), "dnsmon.stats")
        os.unlink(self.path)

    def judge(self):
        sent = self.watched.sent + self.watched.completed
        yield (f"at {self.watched.rate:.0f} queries/s nothing is lost: {self.seen} of {sent} messages seen, "
               f"{self.stats['kernel']['ring_full']} lost at the ring",
               self.stats["kernel"]["ring_full"] == 0 and sent <= self.seen <= sent + self.watched.lost)
        kept = self.watched.rate / self.bare_rate
        yield f"the resolver keeps {kept:.1%} of {self.bare_rate:.0f} queries/s, {RESOLVER_KEEPS:.0%} asked", kept >= RESOLVER_KEEPS


class OtherTraffic:
    """Datagrams on a port where no DNS is expected."""

    def __init__(self, directory, rounds):
        self.directory, self.rounds = directory, rounds
        self.program = UdpFlood(directory)
        self.cost_ns = {"alone": [], "dnsmon": [], "tcpdump": []}
        self.rate = {who: [] for who in self.cost_ns}

    def flood(self, who):
        flooded = self.program.run(FLOOD_PORT, 2)
        self.cost_ns[who].append(flooded.cost_ns)
        self.rate[who].append(flooded.per_second)

    def run(self):
        for number in range(self.rounds):
            self.flood("alone")
            with dnsmon_into(os.path.join(self.directory, f"events{number}")) as dnsmon:
                self.flood("dnsmon")
                dnsmon.stop()
            with tcpdump("-w", "/dev/null"):
                self.flood("tcpdump")
        print("\n| a flood that is not DNS | ns of CPU a packet | packets/s |\n|---|---:|---:|")
        for who, costs in self.cost_ns.items():
            print(f"| {who} | {statistics.median(costs):.0f} | {statistics.median(self.rate[who]):.0f} |")
        print(flush=True)

    def judge(self):
        cost = {who: statistics.median(costs) for who, costs in self.cost_ns.items()}
        ours, theirs = (cost[who] - cost["alone"] for who in ("dnsmon", "tcpdump"))
        yield f"a packet that is not DNS costs {ours:.0f} ns more, {theirs:.0f} ns beside tcpdump -i any", ours <= theirs
        kept = statistics.median(self.rate["dnsmon"]) / statistics.median(self.rate["alone"])
        yield f"the flood keeps {kept:.1%} of its rate, {FLOOD_KEEPS:.0%} asked", kept >= FLOOD_KEEPS


def judged_parts(parts):
    for part in parts:
        part.run()
        yield from part.judge()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if cannot_run("rates", DNSMON):
        return 0
    enter_private_namespaces()
    with tempfile.TemporaryDirectory(prefix="dnsmon-bench-") as directory:
        return report(judged_parts([HighestRate(directory, options.seconds), OtherTraffic(directory, options.rounds)]))


if __name__ == "__main__":
    sys.exit(main())
