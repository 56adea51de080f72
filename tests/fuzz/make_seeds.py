#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the seed files of the dns_ targets: corpus/dns_message and corpus/dns_rdata, one small file a feature.

Run again only when a feature is added; the files are part of the source.
"""
import pathlib
import random
import struct
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))
from rdata_generators import GENERATORS  # noqa: E402

NAME = b"\x03www\x07example\x03com\x00"
POINTER = b"\xc0\x0c"
QUESTION = NAME + struct.pack("!HH", 1, 1)


def header(flags, *counts):
    return struct.pack("!HHHHHH", 0x1234, flags, *counts)


def record(owner, rdtype, rdclass, ttl, rdata):
    return owner + struct.pack("!HHIH", rdtype, rdclass, ttl, len(rdata)) + rdata


def option(code, value):
    return struct.pack("!HH", code, len(value)) + value


def opt(*options, ttl=0x8000):
    return record(b"\x00", 41, 1232, ttl, b"".join(options))


OPTIONS = [
    (1, bytes(18)), (2, bytes(4)), (2, bytes(8)), (3, b"ns1.example"), (3, b"\x01\xff"), (4, bytes(8)), (5, b"\x08\x0d"),
    (8, b"\x00\x01\x18\x00\xc0\x00\x02"), (8, b"\x00\x02\x38\x00\x20\x01\x0d\xb8\x00\x00\x00"), (9, bytes(4)),
    (10, bytes(8)), (10, bytes(24)), (11, b"\x00\x64"), (12, bytes(16)), (13, NAME), (14, b"\x4f\x66\x12\x34"),
    (15, b"\x00\x12blocked"), (15, b"\x00\x16"), (16, b"\x00\x01"), (17, b"\x00\x02"), (18, NAME),
    (19, b"\x02\x00\x00\x00\x00\x07"), (20, b"\x00\x1c"), (65001, b"\xde\xad"),
]

MESSAGES = {
    "query": header(0x0100, 1, 0, 0, 0) + QUESTION,
    "bare_header": header(0x8181, 0, 0, 0, 0),
    "short_header": b"\x00\x01\x02",
    "response": header(0x8180, 1, 2, 0, 0) + QUESTION + 2 * record(POINTER, 1, 1, 60, b"\xc0\x00\x02\x01"),
    "extended_rcode": header(0x8180, 1, 0, 0, 1) + QUESTION + opt(ttl=0x01008000),
    "options": header(0x0120, 1, 0, 0, 1) + QUESTION + opt(*(option(c, v) for c, v in OPTIONS)),
    "option_cut": header(0x0120, 1, 0, 0, 1) + QUESTION + opt(b"\x00\x0a\x00\x08\x01"),
    "two_questions": header(0x0000, 2, 0, 0, 0) + QUESTION + POINTER + b"\x00\x1c\x80\x01",
    "update": header(0x2800, 1, 1, 2, 0) + NAME + b"\x00\x06\x00\x01" + record(POINTER, 255, 255, 0, b"")
              + record(POINTER, 1, 254, 0, b"\xc0\x00\x02\x01") + record(POINTER, 255, 255, 0, b""),
    "notify": header(0x2400, 1, 0, 0, 0) + NAME + b"\x00\x06\x00\x01",
    "iquery": header(0x0800, 0, 1, 0, 0) + record(b"\x00", 1, 1, 0, b"\xc0\x00\x02\x01"),
    "dso": header(0x3000, 0, 0, 0, 0) + option(1, bytes(8)) + option(3, bytes(4)),
    "pointer_loop": header(0x0100, 1, 0, 0, 0) + b"\xc0\x0c\x00\x01\x00\x01",
    "pointer_forward": header(0x0100, 1, 0, 0, 0) + b"\xc0\x20\x00\x01\x00\x01",
    "pointer_chain": header(0x8180, 1, 60, 0, 0) + QUESTION + b"".join(
        record(struct.pack("!H", 0xC000 | (12 if i == 0 else 33 + 14 * (i - 1))), 65280, 1, 0, b"\x00\x00") for i in range(60)),
    "bit_string": header(0x0100, 1, 0, 0, 0) + b"\x01a\x41\x0c\xab\xc0\x01b\x00\x00\x0c\x00\x01",
    "damaged_root": header(0x0100, 1, 0, 0, 0) + NAME[:-1] + b"\x6a\x00\x1c\x00\x01",
    "opcode_15": header(0x7800, 1, 0, 0, 0) + QUESTION,
    "label_type": header(0x0100, 1, 0, 0, 0) + b"\x41\x01\x00\x00\x01\x00\x01",
    "name_255": header(0x0100, 1, 0, 0, 0) + 3 * (b"\x3f" + b"a" * 63) + b"\x3d" + b"b" * 61 + b"\x00\x00\x01\x00\x01",
    "name_256": header(0x0100, 1, 0, 0, 0) + 3 * (b"\x3f" + b"a" * 63) + b"\x3e" + b"b" * 62 + b"\x00\x00\x01\x00\x01",
    "binary_label": header(0x0100, 1, 0, 0, 0) + b"\x06\x00.\\\"\xff\x20\x00\x00\x01\x00\x01",
    "counts_lie": header(0x8180, 1, 65535, 65535, 65535) + QUESTION + record(POINTER, 1, 1, 60, b"\xc0\x00\x02\x01"),
    "rdlength_lies": header(0x8180, 1, 1, 0, 0) + QUESTION + POINTER + b"\x00\x01\x00\x01\x00\x00\x00\x3c\xff\xff\xc0",
    "trailing": header(0x0100, 1, 0, 0, 0) + QUESTION + b"junk",
    "netbios": header(0x0110, 1, 0, 0, 0) + b"\x20" + b"CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" + b"\x00\x00\x21\x00\x01",
    "names_upon_names": header(0x8180, 1, 20, 0, 0) + QUESTION + 20 * record(POINTER, 14, 1, 0, POINTER + POINTER),
}


def main():
    rng = random.Random(5)
    messages, rdatas = HERE / "corpus/dns_message", HERE / "corpus/dns_rdata"
    for folder in (messages, rdatas):
        folder.mkdir(parents=True, exist_ok=True)
    for name, wire in MESSAGES.items():
        (messages / name).write_bytes(wire)
    for rdtype, rdclass, make in GENERATORS:
        rdata = min((make(rng) for _ in range(8)), key=lambda r: abs(len(r) - 40))
        (rdatas / f"type{rdtype}_class{rdclass}").write_bytes(struct.pack("!HB", rdtype, rdclass) + rdata)
    for rdtype, rdata in ((30, b"\x00\x40\x80"), (31, b"\x01\x02"), (34, b"\x01123"), (34, b"\x00\x47"), (40, b"\x01\x02\x03ab"),
                          (38, b"\x40" + bytes(8) + b"\x01a\x00"), (66, b"\x00\x3b\x01\x14\xef\x01a\x00"),
                          (259, bytes(9) + b"\x04textabc"), (264, bytes(8))):
        (rdatas / f"type{rdtype}_{rdata.hex()[:8]}").write_bytes(struct.pack("!HB", rdtype, 1) + rdata)
    for code, value in OPTIONS:
        (rdatas / f"option{code}_{len(value)}").write_bytes(struct.pack("!HB", code, 1) + value)


if __name__ == "__main__":
    main()
