#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What watching DNS costs: dnsmon beside the usual tools, one after the other, on the same load in the same run.

usage: run.py [--rate QUERIES_PER_SECOND] [--seconds N] [--rounds N] [--only NAME]…

The load is dnsperf against unbound on loopback, in a network namespace of its own. For each tool: CPU seconds (user and
system, of the tool's processes), peak resident memory, messages seen of messages sent, and what the load itself cost
while the tool ran; of several rounds the median by CPU. Prints a markdown table and holds the ratios against the budgets, per message sent, for a host that does
other things does not reach the rate each time; absolute numbers are never judged.
"""
import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tests", "harness"))
from dnsmon_e2e.budgets import cannot_run, report  # noqa: E402
from dnsmon_e2e.network import enter_private_namespaces, loopback4  # noqa: E402
from dnsmon_e2e.resolver import Resolver  # noqa: E402
from dnsmon_e2e.usage import process_cpu, resident_mib  # noqa: E402
from dnsmon_e2e.waiting import LineCollector, NotifySocket  # noqa: E402

DNSMON = os.environ.get("DNSMON", os.path.join(TOP, "build", "release", "dnsmon"))


class Load:
    """dnsperf at a fixed rate; how many messages it exchanged, and what it and the resolver used for that."""

    def __init__(self, resolver, rate, seconds, directory):
        self._resolver, self._rate, self._seconds = resolver, rate, seconds
        self._names = os.path.join(directory, "names")
        with open(self._names, "w") as f:
            f.writelines(f"{name}.example.test {kind}\n" for name, kind in
                         (("www", "A"), ("www", "AAAA"), ("mail", "MX"), ("text", "TXT"), ("nowhere", "A")))

    def run(self):
        before = process_cpu(self._resolver.process.pid)
        process = subprocess.Popen(["dnsperf", "-s", self._resolver.address4, "-d", self._names, "-Q", str(self._rate),
                                    "-l", str(self._seconds), "-c", "10", "-q", "1000"],
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        output = process.stdout.read()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        sent, completed = (int(re.search(rf"Queries {word}:\s+(\d+)", output).group(1)) for word in ("sent", "completed"))
        self.rate = completed / self._seconds
        self.cpu = usage.ru_utime + usage.ru_stime + process_cpu(self._resolver.process.pid) - before
        self.messages = sent + completed


class Tool:
    """One program that watches; subclasses say how it starts, when it is ready and how its output is counted."""
    name = ""
    stop_signal = signal.SIGINT
    ready_text = ""

    def __init__(self, directory):
        self.directory = tempfile.mkdtemp(dir=directory)
        self.output = os.path.join(self.directory, "out")

    def unavailable(self):
        """Why it cannot be measured here; None when it can."""
        return None if shutil.which(self.command()[0]) else f"{self.command()[0]} is not installed"

    def start(self):
        with open(self.output, "wb") as out:
            self.launch(stdout=out, stderr=subprocess.PIPE)

    def launch(self, **pipes):
        """Starts command() and waits for the line that says it is watching, in whichever stream is a pipe."""
        self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, text=True, **pipes)
        self.log = LineCollector(self.process.stderr or self.process.stdout)
        if not self.log.wait(lambda lines: any(self.ready_text in line for line in lines), 60):
            raise RuntimeError(f"{self.name} did not start:\n" + "".join(self.log.lines))

    def started(self):
        """It watches now: what starting took is not what watching costs."""
        self.start_cpu = process_cpu(self.process.pid)

    def stop(self):
        """Ends it; CPU seconds since started() and peak MiB, of it and of the children it waited for."""
        self.process.send_signal(self.stop_signal)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = status
        self.log.finish()
        self.cpu = usage.ru_utime + usage.ru_stime - self.start_cpu
        self.peak_mib = usage.ru_maxrss / 1024

    def count_lines(self, pattern):
        found = re.compile(pattern)
        with open(self.output, "rb") as f:
            return sum(1 for line in f if found.search(line))


class Dnsmon(Tool):
    name = "dnsmon, ECS JSON to a file"
    stop_signal = signal.SIGTERM
    idle_mib = None

    def unavailable(self):
        return None if os.access(DNSMON, os.X_OK) else f"{DNSMON} is not built"

    def start(self):
        config, socket_path = (os.path.join(self.directory, x) for x in ("dnsmon.yaml", "notify"))
        with open(config, "w") as f:
            json.dump(self.configuration(), f)
        notify = NotifySocket(socket_path)
        self.process = subprocess.Popen([DNSMON, "run", "-c", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, env=os.environ | {"NOTIFY_SOCKET": socket_path})
        self.log = LineCollector(self.process.stderr)
        if not notify.wait_ready(self.process.pid, 30):
            self.process.kill()
            self.process.wait()
            raise RuntimeError("dnsmon did not start:\n" + "".join(self.log.lines))
        notify.close()
        Dnsmon.idle_mib = resident_mib(self.process.pid)

    def configuration(self):
        return {"output": {"journald": False, "file": {"enabled": True, "path": self.output, "max_size": "4GiB"}}}

    def messages(self):
        return self.count_lines(rb'"action":"(query|response)"')


class TcpdumpText(Tool):
    name = "tcpdump -l -n"
    ready_text = "listening on"

    def command(self):
        return ["tcpdump", "-l", "-n", "-i", "lo", "port", "53"]

    def messages(self):
        return self.count_lines(rb"^\d\d:\d\d:\d\d\.")


class TcpdumpFile(Tool):
    name = "tcpdump -w"
    ready_text = "listening on"

    def command(self):
        return ["tcpdump", "-n", "-i", "lo", "-w", os.path.join(self.directory, "pcap"), "-Z", "root", "port", "53"]

    def messages(self):
        return int(re.search(r"(\d+) packets captured", "".join(self.log.lines)).group(1))


class Suricata(Tool):
    name = "Suricata, EVE dns"
    ready_text = "Engine started"
    root = ""

    def unavailable(self):
        made = subprocess.run([os.path.join(TOP, "tests", "bench", "suricata_root.sh")], check=False, capture_output=True,
                              text=True)
        Suricata.root = made.stdout.strip()
        return None if made.returncode == 0 else "Suricata could not be installed: " + made.stderr.strip()[-200:]

    def start(self):
        logs = os.path.join(self.root, "run", "bench")
        os.makedirs(logs, exist_ok=True)
        for kind, target in (("proc", "proc"), ("sysfs", "sys")):
            subprocess.run(["mount", "-t", kind, kind, os.path.join(self.root, target)], check=True)
        subprocess.run(["mount", "--bind", self.directory, logs], check=True)
        with open(os.path.join(self.directory, "suricata.yaml"), "w") as f:
            f.write(SURICATA_CONFIG)
        self.mounts = [os.path.join(self.root, "proc"), os.path.join(self.root, "sys"), logs]
        self.output = os.path.join(self.directory, "eve.json")
        self.launch(stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def command(self):
        return ["chroot", self.root, "suricata", "-c", "/run/bench/suricata.yaml", "--af-packet=lo", "-v", "-k", "none",
                "-l", "/run/bench", "-S", "/dev/null", "--set", "unix-command.enabled=false"]

    def stop(self):
        super().stop()
        subprocess.run(["umount", "--lazy", *self.mounts], check=True)

    def messages(self):
        return self.count_lines(rb'"event_type":"dns"')


SURICATA_CONFIG = """%YAML 1.1
---
af-packet:
  - interface: lo
    cluster-id: 99
    cluster-type: cluster_flow
    defrag: yes
    tpacket-v3: yes
    block-size: 1048576
    ring-size: 2000
    bpf-filter: "port 53"
logging:
  default-log-level: notice
  outputs:
    - console: {enabled: yes}
stats: {enabled: no}
outputs:
  - eve-log:
      enabled: yes
      filetype: regular
      filename: eve.json
      types:
        - dns: {version: 2, requests: yes, responses: yes}
app-layer:
  protocols:
    dns:
      tcp: {enabled: yes, detection-ports: {dp: 53}}
      udp: {enabled: yes, detection-ports: {dp: 53}}
"""


class Tshark(Tool):
    name = "tshark -T json"
    ready_text = "Capture started"

    def command(self):
        return ["tshark", "-n", "-i", "lo", "-f", "port 53", "-T", "json"]

    def messages(self):
        return self.count_lines(rb'^    "_index":')


TOOLS = [Dnsmon, TcpdumpText, TcpdumpFile, Suricata, Tshark]


def measure(kinds, load, directory):
    """{class: (tool, load's CPU, messages sent, messages seen)}; and why others are missing."""
    rows, missing = {}, {}
    for kind in kinds:
        tool = kind(directory)
        why = tool.unavailable()
        if why:
            missing[kind] = why
            continue
        tool.start()
        tool.started()
        load.run()
        tool.stop()
        rows[kind] = (tool, load.cpu, load.messages, tool.messages())
        shutil.rmtree(tool.directory, ignore_errors=True)
    return rows, missing


def medians(rounds):
    """Of each tool the round with the median of CPU per message; of the messages that dnsmon saw the worst round is told."""
    rows = {}
    for kind in rounds[0]:
        measured = sorted((r[kind] for r in rounds), key=lambda row: row[0].cpu / row[2])
        rows[kind] = measured[len(measured) // 2]
    if Dnsmon in rows:
        worst = min((r[Dnsmon] for r in rounds), key=lambda row: row[3] - row[2])
        if worst[3] != worst[2]:
            rows[Dnsmon] = worst
    return rows


def share_of(rows, kind):
    """dnsmon's CPU time per message sent, as a part of the other tool's."""
    (ours, _, our_messages, _), (theirs, _, their_messages, _) = rows[Dnsmon], rows[kind]
    return ours.cpu / our_messages / (theirs.cpu / their_messages)


def print_table(rows, missing, bare_cpu):
    print(f"\n| tool | CPU s | dnsmon uses | peak RSS MiB | messages seen | of sent | CPU s of the load (alone: {bare_cpu:.2f}) |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for kind, (tool, load_cpu, sent, seen) in rows.items():
        ratio = f"{share_of(rows, kind):.2f} of it" if Dnsmon in rows and tool.cpu and kind is not Dnsmon else ""
        print(f"| {tool.name} | {tool.cpu:.2f} | {ratio} | {tool.peak_mib:.0f} | {seen} | {100 * seen / max(sent, 1):.2f} % | {load_cpu:.2f} |")
    for kind, why in missing.items():
        print(f"| {kind.name} | not measured: {why} | | | | | |")
    if Dnsmon.idle_mib:
        print(f"\ndnsmon idle: {Dnsmon.idle_mib:.1f} MiB resident")


def judge(rows):
    """The budgets; yields (what, True, False or None where it could not be measured)."""
    ours = rows.get(Dnsmon)
    if not ours:
        yield "dnsmon was measured", False
        return
    tool, _, sent, seen = ours
    yield f"every message seen ({seen} of {sent})", seen == sent
    for kind, part in ((TcpdumpText, 3), (Suricata, 5), (Tshark, 20)):
        what = f"at most 1/{part} of the CPU of {kind.name}"
        yield what, share_of(rows, kind) <= 1 / part if kind in rows else None
    yield f"at most 64 MiB resident under load ({tool.peak_mib:.1f})", tool.peak_mib <= 64
    yield f"at most 20 MiB resident when idle ({Dnsmon.idle_mib:.1f})", Dnsmon.idle_mib <= 20


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=20000)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", action="append", default=[], help="dnsmon, tcpdumptext, tcpdumpfile, suricata, tshark")
    options = parser.parse_args()
    if cannot_run("bench", DNSMON):
        return 0
    enter_private_namespaces()
    kinds = [kind for kind in TOOLS if not options.only or kind.__name__.lower() in options.only]
    with tempfile.TemporaryDirectory(prefix="dnsmon-bench-") as directory, Resolver([loopback4()]) as resolver:
        load = Load(resolver, options.rate, options.seconds, directory)
        load.run()
        bare_cpu = load.cpu
        print(f"load: {load.rate:.0f} queries/s for {options.seconds} s on {os.cpu_count()} CPUs, Linux {os.uname().release}",
              flush=True)
        rounds = []
        for _ in range(options.rounds):
            rows, missing = measure(kinds, load, directory)
            rounds.append(rows)
    rows = medians(rounds)
    print_table(rows, missing, bare_cpu)
    print()
    return report(judge(rows))


if __name__ == "__main__":
    sys.exit(main())
