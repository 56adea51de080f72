#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a host should have to spare for dnsmon: CPU by rate, log by format. Prints the tables of docs/operations.md.

usage: capacity.py [--seconds N]

The load is run.py's: dnsperf against unbound on loopback, in namespaces of its own. CPU is of all of dnsmon's threads, as a
part of one core; "max" is what resolver and client manage on this machine beside it. The journal is a systemd-journald of
its own without a rate limit, as the unit has it.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import run  # noqa: E402
from dnsmon_e2e.journal import Journal  # noqa: E402

RATES = (1000, 5000, 20000, None)  # queries/s; None: as many as go through
LOG_RATE = 1000  # messages/s that "MiB an hour" is said for


class Dnsmon(run.Dnsmon):
    """With an output section of the caller's."""

    def __init__(self, directory, **output):
        super().__init__(directory)
        self._sections = {"output": {"journald": False, "stdout": False, "file": {"enabled": False}} | output}

    def configuration(self):
        return self._sections


def measure(directory, resolver, rate, seconds, **output):
    """(tool, load): what one run used and saw."""
    tool = Dnsmon(directory, **output)
    load = run.Load(resolver, rate or 10_000_000, seconds, directory)
    tool.start()
    tool.started()
    load.run()
    tool.stop()
    return tool, load


def to_file(tool_directory, name, text_format):
    return {"format": text_format, "file": {"enabled": True, "path": os.path.join(tool_directory, name), "max_size": "never"}}


def rates(directory, resolver, seconds):
    print("| queries/s | messages/s | CPU, of one core | µs a message | peak RSS MiB | seen |\n|---:|---:|---:|---:|---:|---:|")
    whole = True
    for rate in RATES:
        path = os.path.join(directory, "events.json")
        tool, load = measure(directory, resolver, rate, seconds, **to_file(directory, "events.json", "ecs"))
        with open(path, "rb") as f:
            seen = sum(1 for line in f if re.search(rb'"action":"(query|response)"', line))
        os.unlink(path)
        whole = whole and (seen == load.messages or rate is None)
        name = f"{rate}" if rate else f"max: {load.rate:.0f}"
        print(f"| {name} | {load.messages / seconds:.0f} | {100 * tool.cpu / seconds:.1f} % | {1e6 * tool.cpu / load.messages:.1f} | "
              f"{tool.peak_mib:.0f} | {100 * seen / load.messages:.2f} % |", flush=True)
    return whole


def log_row(name, size_bytes, messages, cpu):
    each = size_bytes / messages
    print(f"| {name} | {each:.0f} | {each * LOG_RATE * 3600 / 2**20:.0f} | {1e6 * cpu / messages:.1f} |", flush=True)


def logs(directory, resolver, seconds):
    print(f"\n| format | bytes a message | MiB an hour at {LOG_RATE} messages/s | CPU µs a message |\n|---|---:|---:|---:|")
    for text_format in ("ecs", "flat", "text"):
        tool, load = measure(directory, resolver, 5000, seconds, **to_file(directory, "log", text_format))
        path = os.path.join(directory, "log")
        log_row(f"file, {text_format}", os.path.getsize(path), load.messages, tool.cpu)
        os.unlink(path)
    no_limit = os.path.join(directory, "journald.conf")
    with open(no_limit, "w") as f:
        f.write("[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\nRuntimeMaxFileSize=8M\n")
    subprocess.run(["mount", "--bind", no_limit, "/etc/systemd/journald.conf"], check=True)
    with Journal() as journal:
        tool, load = measure(directory, resolver, 1000, seconds, journald=True)
        journal_cpu = run.process_cpu(journal.process.pid)
        journal.wait_entry("EVENT=stats", "SYSLOG_IDENTIFIER=dnsmon", seconds=60)
        stored = int(subprocess.run("journalctl -o cat --quiet SYSLOG_IDENTIFIER=dnsmon | wc -l", shell=True, check=True, stdout=subprocess.PIPE).stdout)
        used = sum(os.stat(os.path.join(path, f)).st_blocks * 512 for path, _, files in os.walk("/run/log/journal") for f in files)
        log_row("journal, ecs", used, stored, tool.cpu)
    print(f"\njournald itself: {1e6 * journal_cpu / stored:.0f} µs a message; {stored} of {load.messages} messages and the daemon's own are stored")
    return stored >= load.messages


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=6)
    options = parser.parse_args()
    if os.geteuid():
        print("SKIPPED capacity: needs root")
        return 77
    run.enter_private_namespaces()
    print(f"{os.cpu_count()} CPUs, Linux {os.uname().release}, {options.seconds} s each\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="dnsmon-bench-") as directory, run.Resolver([run.loopback4()]) as resolver:
        whole = rates(directory, resolver, options.seconds)
        whole = logs(directory, resolver, options.seconds) and whole
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
