#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold `dnsmon read` against tshark over captures made here, message by message: every kind of file, link type, layer and
tunnel, IP and TCP as networks and attackers make them, messages of every kind, and all of it damaged at random.

usage: captures_vs_tshark.py DNSMON [--damaged N] [--seed N] [--keep DIRECTORY]

Every case is one of captures/*_cases.py, and its messages have identifications of their own. What may differ is said in
captures/explained_captures.py, case by case, both ways: a difference that is gone is as wrong as a new one (with tshark 4.0, of
which it speaks; a newer one may have learnt). Of damaged captures is asked that nothing crashes or hangs, and that every event is well-formed. Exits 0, 1, or 77 without tshark.
"""
import argparse
import calendar
import collections
import json
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "captures"), str(HERE.parent / "harness")]
import explained_captures as explained  # noqa: E402
import file_cases  # noqa: E402
import link_cases  # noqa: E402
import message_cases  # noqa: E402
import network_cases  # noqa: E402
from dnsmon_e2e import wire  # noqa: E402
from packets import V4, ipv4, udp  # noqa: E402

PER_CASE = 8  # identifications of one case
ETHERNET, RAW = 1, 101
PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


def cases():
    """(name, [(link type, frame)]), in the order of their identifications."""
    number = 0

    def message(i):
        return wire.query(f"m{number}-{i}.test", ident=number * PER_CASE + i)

    for group, table in (("link", link_cases.LINKS), ("layer", link_cases.LAYERS), ("tunnel", link_cases.TUNNELS)):
        for name, made in table.items():
            number += 1
            linktype, make = made if isinstance(made, tuple) else (ETHERNET if group == "layer" else RAW, made)
            yield f"{group}.{name}", [(linktype, make(ipv4(udp(message(0)))))]
    for name, make in network_cases.DATAGRAMS.items():
        number += 1
        yield f"ip.{name}", [(RAW, packet) for packet in make(message)]
    for name, make in network_cases.STREAMS.items():
        number += 1
        yield f"ip.{name}", [(RAW, packet) for packet in make(message, 20000 + number)]
    for name, make in message_cases.MESSAGES.items():
        number += 1
        made, port = make(number * PER_CASE), 20000 + number
        response = made[2] & 0x80
        ends, ports = (V4[::-1], (53, port)) if response else (V4, (port, 53))
        yield f"message.{name}", [(RAW, ipv4(udp(made, ports), ends=ends))]


def pcapng(frames):
    """One file for all link types: an interface for each."""
    types = sorted({linktype for linktype, _ in frames})
    return (file_cases.section() + b"".join(file_cases.interface(network=linktype) for linktype in types)
            + b"".join(file_cases.enhanced(frame, 1_000_000 + 1000 * i, number=types.index(linktype))
                       for i, (linktype, frame) in enumerate(frames)))


def plain(name):
    """A name as both write it; None where escaping is each one's own."""
    name = "" if name in ("<Root>", ".") else name.rstrip(".").lower()
    return name if set(name) <= PLAIN else None


def record_key(shown):
    """(type, TTL); OPT has other things in the TTL's place."""
    return int(shown["dns.resp.type"]), int(shown.get("dns.resp.ttl") or "0")


def tshark_messages(path):
    """(identification, key) of each message that tshark reads to its end."""
    run = subprocess.run(["tshark", "-n", "-r", path, "-T", "pdml", "-Y", "dns or mdns or llmnr"], check=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for packet in ET.fromstring(run.stdout).iter("packet"):
        if any(p.get("name") in ("_ws.malformed", "_ws.short") for p in packet.iter("proto")):
            continue
        for proto in packet:
            if proto.get("name") not in ("dns", "mdns", "llmnr"):
                continue
            shown = {}
            for field in proto.iter("field"):
                shown.setdefault(field.get("name"), field.get("show"))
            number = lambda name: int(shown.get(name) or "0", 0)  # noqa: E731
            names = [plain(f.get("show")) for f in proto.iter("field") if f.get("name") == "dns.qry.name"]
            answers = sorted(record_key({f.get("name"): f.get("show") for f in record.iter("field")})
                             for section in proto.iter("field") if section.get("show") == "Answers" for record in section)
            response = shown.get("dns.flags.response") in ("1", "True")
            yield number("dns.id"), (response, number("dns.flags.opcode"), number("dns.flags.rcode") if response else 0,
                                     names[:1], [number("dns.qry.type")] if names else [], number("dns.count.answers"), answers)


def events_of(dnsmon, path):
    run = subprocess.run([dnsmon, "read", "--port", "53", "--port", "5353", "--port", "5355", path], timeout=120,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if run.returncode not in (0, 1):
        raise RuntimeError(f"{path}: exit {run.returncode}\n{run.stderr.decode(errors='replace')}")
    return [json.loads(line) for line in run.stdout.decode("utf-8").splitlines()]


def dnsmon_messages(dnsmon, path):
    for event in events_of(dnsmon, path):
        if event["event"]["action"] not in ("query", "response"):
            continue
        dns = event["dns"]
        question = dns.get("question")
        answers = sorted((explained.TYPES.number(a["type"]), 0 if a["type"] == "OPT" else a["ttl"]) for a in dns.get("answers", []))
        response = dns["type"] == "answer"
        yield int(dns["id"]), (response, explained.OPCODES.number(dns["op_code"]),
                               explained.RCODES.number(dns["response_code"]) & 15 if response else 0,
                               [plain(question["name"])] if question else [],
                               [explained.TYPES.number(question["type"])] if question else [],
                               dns.get("answers_count", 0), answers)


def tshark_is_the_one_explained():
    banner = subprocess.run(["tshark", "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return " 4.0." in banner.splitlines()[0]


def compare(dnsmon, path, names):
    """Prints what is not explained; how many such cases there are."""
    exact = tshark_is_the_one_explained()
    ours, theirs = collections.defaultdict(list), collections.defaultdict(list)
    for table, messages in ((ours, dnsmon_messages(dnsmon, path)), (theirs, tshark_messages(path))):
        for ident, key in messages:
            table[names.get(ident // PER_CASE)].append((ident, key))
    wrong = 0
    for name in [*names.values(), None]:
        same = sorted(ours[name], key=repr) == sorted(theirs[name], key=repr)
        verdict = explained.DIFFERENT.get(name)
        if not same and verdict is None or same and verdict is not None and exact:
            wrong += 1
            print(f"{name}: {'the same, though explained as ' + verdict if same else 'differs'}")
            for who, table in (("tshark", theirs), ("dnsmon", ours)):
                for ident, key in ([] if same else table[name]):
                    print(f"  {who} {ident}: {key}")
    found = sum(len(messages) for messages in ours.values())
    print(f"{len(names)} cases, {found} messages, {len(explained.DIFFERENT)} explained, {wrong} not")
    return wrong


def compare_files(dnsmon, directory):
    """The frames of file_cases at the times that tshark gives them."""
    frames = [ipv4(udp(wire.query(f"f{i}.test", ident=i))) for i in (1, 2, 3)]
    wrong = 0
    for name, content in file_cases.files(frames).items():
        path = pathlib.Path(directory) / (f"{name}.gz" if content[:2] == b"\x1f\x8b" else name)
        path.write_bytes(content)
        run = subprocess.run(["tshark", "-n", "-r", path, "-Y", "dns", "-T", "fields", "-e", "dns.id", "-e", "frame.time_epoch"],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        theirs = [(int(ident, 0), moment) for ident, moment in (line.split("\t") for line in run.stdout.splitlines())]
        ours = [(int(event["dns"]["id"]), epoch(event["@timestamp"])) for event in events_of(dnsmon, path)
                if event["event"]["action"] == "query"]
        if ours != theirs or not ours:
            wrong += 1
            print(f"file.{name}: differs\n  tshark {theirs}\n  dnsmon {ours}")
    print(f"{len(file_cases.files(frames))} kinds of file, {wrong} differ")
    return wrong


def epoch(timestamp):
    """Seconds as tshark writes them, with nine decimals."""
    whole, fraction = timestamp.rstrip("Z").split(".")
    seconds = calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S"))
    return f"{seconds}.{fraction}"


def damage(rng, octets, first=0):
    """Like editcap -E: octets from `first` on that are not what they were, and now and then an early end."""
    out = bytearray(octets)
    for _ in range(1 + rng.randrange(1 + len(out) // 50)):
        if len(out) > first:
            out[rng.randrange(first, len(out))] = rng.choice((0, 0xFF, rng.randrange(256)))
    return bytes(out[:rng.randrange(first, len(out) + 1)] if rng.random() < 0.2 and len(out) > first else out)


def read_damaged(dnsmon, frames, rng, count, directory):
    """Frames are damaged, not the file around them, every other time."""
    events = 0
    for i in range(count):
        some = rng.sample(frames, min(len(frames), 60))
        whole = rng.random() < 0.5
        if not whole:
            some = [(linktype, damage(rng, frame)) for linktype, frame in some]
        raw = file_cases.pcap([frame for linktype, frame in some if linktype == RAW])
        content = rng.choice((pcapng(some), raw))
        path = pathlib.Path(directory) / "damaged"
        path.write_bytes(damage(rng, content, 24) if whole else content)
        for event in events_of(dnsmon, path):
            events += 1
            assert event["event"]["action"] in ("query", "response", "timeout"), event
            assert event["network"]["transport"] in ("udp", "tcp") and event["source"]["ip"], event
            assert event["dns"]["type"] in ("query", "answer") and event["dns"]["id"].isdigit(), event
    print(f"{count} damaged captures, {events} events")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("dnsmon")
    p.add_argument("--damaged", type=int, default=100)
    p.add_argument("--seed", type=int, default=20261125)
    p.add_argument("--keep", type=pathlib.Path)
    a = p.parse_args()
    if not shutil.which("tshark"):
        print("SKIPPED captures: tshark is not installed")
        return 77
    made = list(cases())
    frames = [frame for _, case in made for frame in case]
    with tempfile.TemporaryDirectory(prefix="dnsmon-captures-") as directory:
        path = (a.keep or pathlib.Path(directory)) / "cases.pcapng"
        path.write_bytes(pcapng(frames))
        wrong = compare(a.dnsmon, path, {i + 1: name for i, (name, _) in enumerate(made)})
        wrong += compare_files(a.dnsmon, directory)
        print(f"seed {a.seed}")
        read_damaged(a.dnsmon, frames, random.Random(a.seed), a.damaged, directory)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
