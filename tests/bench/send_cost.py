#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a datagram costs its sender with each kind of owner hooks, with the capture alone, and without dnsmon.

usage: send_cost.py [--rounds N] [FLAVOUR…]        FLAVOUR: fentry kprobe cgroup (default: what auto takes)

On loopback, sender and receiver together, in ns of CPU: datagrams that are not DNS, and DNS queries, fewer than the ring
holds, so that none is lost and the daemon reads them when it likes. In turns; medians. Prints a table, judges nothing.
"""
import argparse
import os
import statistics
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
os.environ.setdefault("DNSMON", os.path.join(TOP, "build", "release", "dnsmon"))
sys.path.insert(0, os.path.join(TOP, "tests", "harness"))
from dnsmon_e2e import DNSMON, Dnsmon, wire  # noqa: E402
from dnsmon_e2e.budgets import cannot_run  # noqa: E402
from dnsmon_e2e.network import enter_private_namespaces  # noqa: E402
from dnsmon_e2e.udp_flood import UdpFlood  # noqa: E402

OTHER_PORT, QUERIES = 9999, 30_000


class SendCost:
    def __init__(self, directory):
        self.flood = UdpFlood(directory)
        self.log = os.path.join(directory, "events")
        self.cost_ns = {}

    def measure(self, who):
        other = self.flood.run(OTHER_PORT, 1)
        queries = self.flood.run(53, 30, QUERIES, wire.query("www.example.test", ident=1))
        for kind, flooded in (("other", other), ("DNS", queries)):
            self.cost_ns.setdefault(who, {}).setdefault(kind, []).append(flooded.cost_ns)

    def beside(self, mode):
        config = {"hooks": {"mode": mode}, "output": {"file": {"enabled": True, "path": self.log}}}
        with Dnsmon(config, arguments=()) as dnsmon:
            self.measure(mode)
            dnsmon.stop()

    def print(self):
        median = {who: {kind: statistics.median(costs) for kind, costs in kinds.items()} for who, kinds in self.cost_ns.items()}
        print(f"| {os.uname().release}, hooks | not DNS, ns | more | DNS, ns | more |\n|---|---:|---:|---:|---:|")
        for who, kinds in median.items():
            more = {kind: cost - median["no dnsmon"][kind] for kind, cost in kinds.items()}
            print(f"| {who} | {kinds['other']:.0f} | {more['other']:.0f} | {kinds['DNS']:.0f} | {more['DNS']:.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("flavours", nargs="*", default=["auto"], metavar="FLAVOUR")
    options = parser.parse_args()
    if cannot_run("send_cost", DNSMON):
        return 0
    enter_private_namespaces()
    with tempfile.TemporaryDirectory(prefix="dnsmon-bench-") as directory:
        cost = SendCost(directory)
        for _ in range(options.rounds):
            cost.measure("no dnsmon")
            for mode in ("none", *options.flavours):
                cost.beside(mode)
        cost.print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
