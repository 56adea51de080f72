# SPDX-License-Identifier: Apache-2.0
"""Cases: the same three frames (link type 101) in every kind of capture file. {name: file's content}."""
import gzip
import struct

SECTION, INTERFACE, OLD_PACKET, SIMPLE, NAMES, STATISTICS, ENHANCED = 0x0A0D0D0A, 1, 2, 3, 4, 5, 6
JOURNAL, SECRETS, CUSTOM, CUSTOM_NO_COPY, UNKNOWN = 9, 10, 0xBAD, 0x40000BAD, 0x77
RAW = 101
SECONDS = 1_700_000_000


def pcap(frames, order="<", magic=0xA1B2C3D4, minor=4, seconds=SECONDS, extra=0, snapshot=262144, network=RAW):
    out = struct.pack(order + "I2Hi3I", magic, 2, minor, 0, 0, snapshot, network)
    for i, frame in enumerate(frames):
        out += struct.pack(order + "4I", seconds + i, 123456, len(frame), len(frame)) + bytes(extra) + frame
    return out


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack(order + "2I", kind, 12 + len(body)) + body + struct.pack(order + "I", 12 + len(body))


def options(order, *pairs):
    return b"".join(struct.pack(order + "2H", code, len(value)) + value + bytes(-len(value) % 4) for code, value in pairs) + bytes(4)


def section(order="<", length=-1):
    return block(order, SECTION, struct.pack(order + "I2Hq", 0x1A2B3C4D, 1, 0, length) + options(order, (4, b"dnsmon's tests")))


def interface(order="<", *pairs, network=RAW, snapshot=0):
    return block(order, INTERFACE, struct.pack(order + "2HI", network, 0, snapshot) + (options(order, *pairs) if pairs else b""))


def enhanced(frame, units, order="<", number=0, pairs=()):
    head = struct.pack(order + "5I", number, units >> 32, units & 0xFFFFFFFF, len(frame), len(frame))
    return block(order, ENHANCED, head + frame + bytes(-len(frame) % 4) + (options(order, *pairs) if pairs else b""))


def old(frame, units, order="<"):
    head = struct.pack(order + "2H4I", 0, 0, units >> 32, units & 0xFFFFFFFF, len(frame), len(frame))
    return block(order, OLD_PACKET, head + frame)


def units(i, per_second=1_000_000):
    return (SECONDS + i) * per_second + per_second // 8


def other_blocks(order="<"):
    return (block(order, NAMES, struct.pack(order + "2H", 1, 9) + b"\xc0\0\2\1host\0" + bytes(3) + bytes(4))
            + block(order, STATISTICS, struct.pack(order + "3I", 0, 0, 0))
            + block(order, SECRETS, struct.pack(order + "2I", 0x544C534B, 4) + b"none")
            + block(order, CUSTOM, struct.pack(order + "I", 32473) + b"whatever")
            + block(order, CUSTOM_NO_COPY, struct.pack(order + "I", 32473))
            + block(order, JOURNAL, b"__REALTIME_TIMESTAMP=0\nMESSAGE=hello\n") + block(order, UNKNOWN, b"nobody knows"))


def resolution(value, frames, per_second, *pairs):
    return section() + interface("<", (9, bytes([value])), *pairs) + b"".join(
        enhanced(frame, units(i, per_second)) for i, frame in enumerate(frames))


def files(frames):
    ng = lambda order: section(order) + interface(order) + b"".join(  # noqa: E731
        enhanced(frame, units(i), order) for i, frame in enumerate(frames))
    return {
        "pcap": pcap(frames),
        "pcap_big_endian": pcap(frames, ">"),
        "pcap_nanoseconds": pcap(frames, magic=0xA1B23C4D),
        "pcap_nanoseconds_big_endian": pcap(frames, ">", magic=0xA1B23C4D),
        "pcap_beyond_2038": pcap(frames, seconds=0xFFFFFFF0),
        "pcap_snapshot_0": pcap(frames, snapshot=0),
        "pcap_fcs": pcap(frames, network=0x20000000 | RAW),
        "pcap_empty_record": pcap([frames[0], b"", *frames[1:]]),
        "pcap_gzip": gzip.compress(pcap(frames), mtime=0),
        "pcapng": ng("<"),
        "pcapng_big_endian": ng(">"),
        "pcapng_sections_of_both_orders": ng("<") + ng(">"),
        "pcapng_other_blocks": section() + other_blocks() + interface() + other_blocks() + enhanced(frames[0], units(0))
                               + other_blocks() + enhanced(frames[1], units(1)) + enhanced(frames[2], units(2)) + other_blocks(),
        "pcapng_options": section() + interface("<", (2, b"eth0"), (3, b"what it is"), (8, bytes(8)), (11, b"\0port 53"))
                          + b"".join(enhanced(frame, units(i), pairs=((1, b"comment"), (2, b"\1\0\0\0"), (4, bytes(8)), (2988, b"\0\0\x7e\xd9x")))
                                     for i, frame in enumerate(frames)),
        "pcapng_interfaces": section() + interface(network=1) + interface("<", (9, b"\3")) + b"".join(
            enhanced(frame, units(i, 1000), number=1) for i, frame in enumerate(frames)),
        "pcapng_seconds": resolution(0, frames, 1),
        "pcapng_nanoseconds": resolution(9, frames, 10**9),
        "pcapng_picoseconds": resolution(12, [], 10**12) + enhanced(frames[0], 5 * 10**12 + 7),
        "pcapng_power_of_two": resolution(0x94, frames, 1 << 20),
        "pcapng_offset": resolution(6, frames, 10**6, (14, struct.pack("<q", 1000))),
        "pcapng_negative_offset": resolution(6, frames, 10**6, (14, struct.pack("<q", -1000))),
        "pcapng_old_packets": section() + interface() + b"".join(old(frame, units(i)) for i, frame in enumerate(frames)),
        "pcapng_section_length": section(length=4096) + interface() + b"".join(enhanced(f, units(i)) for i, f in enumerate(frames)),
    }
