#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold dnsmon's presentation forms against BIND's named-rrchecker: a second opinion, and the types dnspython lacks.

usage: rdata_vs_bind.py RDATA_TEXT [--seed N] [--per-type N]

named-rrchecker (Debian: bind9) reads a record as RFC 3597 `\\# n hex` and prints it in its own form. Differences
of spelling are levelled by `level()`; docs/conformance.md lists them. Exits 0, 1, or 77 without named-rrchecker.
"""
import argparse
import random
import re
import shutil
import struct
import subprocess
import sys

import rdata_generators as generate
from message import message

ALGORITHMS = {"NSEC3RSASHA1": "RSASHA1-NSEC3-SHA1", "NSEC3DSA": "DSA-NSEC3-SHA1", "ECCGOST": "ECC-GOST"}
NXT, GPOS, CERT, SVCB, HTTPS = 30, 27, 37, 64, 65
HEX = {10, 31, 32, 55, 103, 32768}  # NULL, EID, NIMLOC, HIP, UNSPEC, TA: BIND writes upper case


def name(r):
    """Host names: what other octets look like is dnspython's part."""
    labels = [bytes(r.choice(b"abcXYZ09-_") for _ in range(r.randint(1, 9))) for _ in range(r.randint(1, 4))]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\x00"


def now(r):
    return struct.pack("!I", r.randrange(1 << 31))


def flags(value):
    return lambda r: struct.pack("!H", value)


def nxt(r):
    return name(r) + bytes([r.randrange(128)]) + r.randbytes(r.randint(0, 14)) + bytes([r.randint(1, 255)])


def a6(r):
    prefix = r.choice((0, 128, 64, r.randint(0, 128)))
    suffix = bytearray(r.randbytes((128 - prefix + 7) // 8))
    if suffix and prefix % 8:
        suffix[0] &= 0xFF >> (prefix % 8)
    return bytes([prefix]) + bytes(suffix) + (name(r) if prefix else b"")


def atma(r):
    return r.choice((b"\x00" + r.randbytes(20), b"\x01" + bytes(r.choice(b"0123456789") for _ in range(12))))


def cases():
    row, blob = generate.row, lambda least: lambda r: generate.blob(r, least)
    two_names = row(name, name)
    yield from ((t, name) for t in (3, 4, 7, 8, 9))
    yield from ((t, two_names) for t in (14, 58))
    covered = lambda r: struct.pack("!H", r.choice((1, 2, 15, 28)))
    yield 24, row(covered, generate.u8, generate.u8, generate.u32, now, now, generate.u16, name, blob(1))
    yield 25, row(flags(256), lambda r: b"\x03", lambda r: b"\x08", blob(1))
    yield 57, row(flags(0), generate.u8, lambda r: b"\x08", blob(1))
    yield from ((NXT, nxt), (38, a6), (34, atma), (31, blob(1)), (32, blob(1)), (32768, generate.ds))
    yield 40, row(generate.u8, generate.u8, generate.u8, blob(1))
    yield 259, row(generate.u32, generate.u32, generate.u8, generate.string, blob(0))
    known = {t: make for t, _, make in generate.GENERATORS}
    yield 66, row(covered, lambda r: r.choice((b"\x00", b"\x01", b"\x02")), generate.u16, name)
    yield from ((t, blob(1)) for t in (10, 67, 68, 103))
    yield 262, generate.strings
    yield 45, lambda r: known[45](r) + b"k"  # BIND wants an IPSECKEY to have a key
    yield 11, lambda r: known[11](r) + b"\x01"  # and a WKS no octets of zeros behind its last port
    yield from ((t, known[t]) for t in (22, GPOS, CERT, 42, 55, SVCB, HTTPS, 108, 257, 260))


def level(rdtype, text):
    """The same spelling for both."""
    text = re.sub(r"\.(?=\s|$)", "", text)  # a name's trailing dot; the root is nothing for both
    if rdtype == NXT:
        text = re.sub(r"\bTYPE(\d+)\b", r"\1", text).replace(" UNECE", " 69").replace(" ISO", " 70")  # newer than BIND 9.18
    if rdtype == CERT:
        text = " ".join(ALGORITHMS.get(word, word) for word in text.split(" "))
    if rdtype in (GPOS, SVCB, HTTPS):
        text = text.replace('"', "").replace(" dohpath=", " key7=").replace("dohpath", "key7")
    text = re.sub(r"\s+", "", text)
    return text.lower() if rdtype in HEX else text


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("rdata_text")
    p.add_argument("--rrchecker", default=shutil.which("named-rrchecker"))
    p.add_argument("--seed", type=int, default=20261123)
    p.add_argument("--per-type", type=int, default=15)
    a = p.parse_args()
    if not a.rrchecker:
        print("named-rrchecker is not installed: nothing to compare with")
        return 77
    rng = random.Random(a.seed)
    generate.octets = lambda r, length: bytes(r.choice(b"abcdefghijkXYZ0189-_") for _ in range(length))
    work = [(rdtype, make(rng)) for rdtype, make in cases() for _ in range(a.per_type)]
    run = subprocess.run([a.rdata_text], input="".join(message(t, 1, d).hex() + "\n" for t, d in work), text=True,
                         stdout=subprocess.PIPE, check=True)
    differ = 0
    for (rdtype, rdata), line in zip(work, run.stdout.splitlines()):
        ours = line.split(" ", 1)[1]
        bind = subprocess.run([a.rrchecker, "-p"], input=f"IN TYPE{rdtype} \\# {len(rdata)} {rdata.hex()}\n", text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout.strip().split("\t", 2)[-1]
        if level(rdtype, bind) != level(rdtype, ours):
            differ += 1
            print(f"type {rdtype} rdata {rdata.hex()}\n  BIND   {bind}\n  dnsmon {ours}")
    print(f"seed {a.seed}: {len(work)} records, {differ} differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
