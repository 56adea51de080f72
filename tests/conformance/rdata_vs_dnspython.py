#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Hold dnsmon's presentation forms against dnspython's, record by record.

usage: rdata_vs_dnspython.py RDATA_TEXT [--seed N] [--per-type N]

Makes records of every type that dnspython knows as wire format (random and edge cases, whole and damaged), lets
RDATA_TEXT (tests/conformance/rdata_text.cpp) and dnspython write them, and compares the text. Where the two differ
on purpose, docs/conformance.md says who is right, and `explained()` below turns dnspython's text into dnsmon's.
Exits 0 when all agree, 1 when not, 77 when dnspython is not installed. The seed is printed: a failure can be had again.
"""
import argparse
import random
import subprocess
import sys

try:
    import dns.rdata
    import dns.rdataclass
    import dns.rdatatype
except ImportError:
    print("python3-dnspython is not installed: nothing to compare with")
    sys.exit(77)

import rdata_generators
from explained import JUDGES_VALUES, explained, install_name_form
from message import message



def unknown_form(rdata):
    """RFC 3597 5."""
    return f"\\# {len(rdata)} {rdata.hex()}".rstrip()


def dnspython_text(rdtype, rdclass, wire, rdata):
    """What dnsmon should print: dnspython's text, or the unknown form where dnspython refuses. None: any text will do."""
    try:
        parsed = dns.rdata.from_wire(rdclass, rdtype, wire, len(wire) - len(rdata), len(rdata))
        return explained(rdtype, rdata, parsed)
    except Exception:  # dnspython raises whatever its field parsers raise
        return None if rdtype in JUDGES_VALUES else unknown_form(rdata)


def damaged(rng, rdata):
    """The same record cut short, grown, or with an octet changed."""
    kind = rng.randrange(3)
    if kind == 0 and rdata:
        return rdata[: rng.randrange(len(rdata))]
    if kind == 1 or not rdata:
        return rdata + rng.randbytes(rng.randint(1, 3))
    at = rng.randrange(len(rdata))
    return rdata[:at] + bytes([rng.randrange(256)]) + rdata[at + 1 :]


def cases(rng, per_type):
    for rdtype, rdclass, make in rdata_generators.GENERATORS:
        for _ in range(per_type):
            rdata = make(rng)
            yield rdtype, rdclass, rdata
            if rng.random() < 0.5:
                yield rdtype, rdclass, damaged(rng, rdata)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("rdata_text")
    p.add_argument("--seed", type=int, default=20261123)
    p.add_argument("--per-type", type=int, default=250)
    p.add_argument("--show", type=int, default=20, help="differences to print")
    a = p.parse_args()
    rng = random.Random(a.seed)
    install_name_form()
    work = [(t, c, r, message(t, c, r)) for t, c, r in cases(rng, a.per_type)]
    run = subprocess.run([a.rdata_text], input="\n".join(w.hex() for *_, w in work) + "\n", text=True,
                         stdout=subprocess.PIPE, check=True)
    lines = run.stdout.splitlines()
    differ = parsed = 0
    for (rdtype, rdclass, rdata, wire), line in zip(work, lines):
        text = dnspython_text(rdtype, rdclass, wire, rdata)
        if text is None:
            continue
        want = f"{dns.rdatatype.to_text(rdtype)} {text}"
        parsed += " \\# " not in want
        if want != line:
            differ += 1
            if differ <= a.show:
                print(f"rdata {rdata.hex()}\n  dnspython {want}\n  dnsmon    {line}")
    print(f"seed {a.seed}: {len(work)} records of {len(rdata_generators.GENERATORS)} types, {parsed} with a form of "
          f"their own, {differ} differ")
    return 0 if differ == 0 and len(lines) == len(work) and parsed >= 10000 else 1


if __name__ == "__main__":
    sys.exit(main())
