#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What `dnsmon read` costs: beside tcpdump and tshark, one after the other, on the same capture in the same run.

usage: read.py [--messages N]

The capture is written here: UDP lookups and their answers over a thousand names, 20 000 queries a second. For each tool:
CPU seconds (user and system) and peak resident memory. Prints a markdown table and holds the ratios against the budgets.
"""
import argparse
import os
import random
import shutil
import struct
import subprocess
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(TOP, "tests", "harness"))
from dnsmon_e2e import wire  # noqa: E402

DNSMON = os.environ.get("DNSMON", os.path.join(TOP, "build", "release", "dnsmon"))


def packet(source, destination, ports, message):
    udp = struct.pack("!4H", *ports, 8 + len(message), 0) + message
    ip = struct.pack("!2B3H2BH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, source, destination)
    return b"\x02\0\0\0\0\1\x02\0\0\0\0\2\x08\0" + ip + udp


def write_capture(path, messages):
    generator = random.Random(1)
    names = ["".join(generator.choices("abcdefghijklmnopqrstuvwxyz", k=generator.randrange(4, 16)))
             + ".example" + generator.choice([".com", ".net", ".org"]) for _ in range(1000)]
    client, server = b"\xc0\0\2\7", b"\xc6\x33\x64\x35"
    with open(path, "wb", buffering=1 << 20) as f:
        f.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for i in range(messages // 2):
            query = wire.query(names[i % 1000], ident=i & 0xFFFF)
            answer = wire.answer_to(query, f"192.0.2.{i % 250 + 1}")
            port = 32768 + i * 7 % 28000
            for n, frame in enumerate((packet(client, server, (port, 53), query),
                                       packet(server, client, (53, port), answer))):
                at = i * 50 + n * 20
                f.write(struct.pack("<4I", 1_800_000_000 + at // 1_000_000, at % 1_000_000, len(frame), len(frame)))
                f.write(frame)


def measure(argv, directory):
    """(CPU seconds, peak MiB, lines) of the program with its output in a file."""
    output = os.path.join(directory, "output")
    with open(output, "wb") as out:
        process = subprocess.Popen(argv, stdout=out, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{argv[0]}: exit {process.returncode}")
    with open(output, "rb") as f:
        lines = sum(block.count(b"\n") for block in iter(lambda: f.read(1 << 20), b""))
    os.unlink(output)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, lines


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    messages = parser.parse_args().messages
    with tempfile.TemporaryDirectory(prefix="dnsmon-bench-") as directory:
        capture = os.path.join(directory, "capture.pcap")
        write_capture(capture, messages)
        dnsmon = measure([DNSMON, "read", capture], directory)
        if dnsmon[2] != messages:
            sys.exit(f"dnsmon gave {dnsmon[2]} events for {messages} messages")
        rows = [("dnsmon read, ECS JSON", dnsmon, None)]
        flat = measure([DNSMON, "read", "--format", "flat", capture], directory)
        rows.append(("dnsmon read --format flat", flat, None))
        for name, argv, budget in (("tcpdump -n -r", ["tcpdump", "-n", "-r", capture], 1 / 2),
                                   ("tshark -T json", ["tshark", "-n", "-T", "json", "-r", capture], 1 / 30)):
            if shutil.which(argv[0]):
                rows.append((name, measure(argv, directory), budget))
            else:
                print(f"SKIPPED {name}: not installed", file=sys.stderr)
    print(f"{messages} messages\n\n| tool | CPU s | dnsmon uses | peak RSS MiB |\n|---|---:|---:|---:|")
    failed = dnsmon[1] > 64
    for name, (cpu, peak, _), budget in rows:
        ratio = "" if budget is None else f"{dnsmon[0] / cpu:.3f} of it"
        print(f"| {name} | {cpu:.2f} | {ratio} | {peak:.0f} |")
        if budget is not None and dnsmon[0] > budget * cpu:
            print(f"over budget: {dnsmon[0] / cpu:.3f} of {name}, {budget:.3f} is allowed", file=sys.stderr)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
