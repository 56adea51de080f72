#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Write the seed files of the packet, ip_reassembly, tcp_stream and capture_file targets, one small file a feature.

Run again only when a feature is added; the files are part of the source.
"""
import gzip
import pathlib
import struct

HERE = pathlib.Path(__file__).resolve().parent
QUERY = b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"


def udp(payload, port=53):
    return struct.pack("!HHHH", 40000, port, 8 + len(payload), 0) + payload


def tcp(payload):
    return struct.pack("!HHIIBBHHH", 40000, 53, 1, 2, 0x50, 0x18, 65535, 0, 0) + payload


def ipv4(protocol, payload, options=b"", fragment=0):
    words = 5 + len(options) // 4
    return struct.pack("!BBHHHBBH4s4s", 0x40 | words, 0, 4 * words + len(payload), 1, fragment, 64, protocol, 0,
                       bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])) + options + payload


def ipv6(next_header, payload):
    return struct.pack("!IHBB", 0x60000000, len(payload), next_header, 64) + bytes(32) + payload


def ethernet(kind, payload):
    return bytes(12) + struct.pack("!H", kind) + payload


FOUR = ipv4(17, udp(QUERY))
SNAP = b"\xaa\xaa\x03\x00\x00\x00\x08\x00"
INNER = ethernet(0x0800, FOUR)

PACKETS = {
    "ethernet": (1, INNER),
    "ethernet_tcp": (1, ethernet(0x0800, ipv4(6, tcp(struct.pack("!H", len(QUERY)) + QUERY), options=b"\x01" * 8))),
    "qinq": (1, ethernet(0x88A8, b"\x00\x05\x81\x00\x00\x06\x08\x00" + FOUR)),
    "mpls": (1, ethernet(0x8847, b"\x00\x01\x00\x40\x00\x02\x01\x40" + FOUR)),
    "mpls_pseudowire": (1, ethernet(0x8847, b"\x00\x01\x01\x40" + bytes(4) + INNER)),
    "pppoe": (1, ethernet(0x8864, b"\x11\x00\x00\x01\x00\x30\x00\x21" + FOUR)),
    "llc_snap": (1, ethernet(100, SNAP + FOUR)),
    "mac_in_mac": (1, ethernet(0x88E7, bytes(4) + INNER)),
    "service_header": (1, ethernet(0x894F, b"\x00\x02\x01\x03\x00\x00\x00\x00" + INNER)),
    "ipv6_extensions": (1, ethernet(0x86DD, ipv6(0, b"\x2b\0" + bytes(6) + b"\x3c\0" + bytes(6) + b"\x11\0" + bytes(6) + udp(QUERY)))),
    "ipv6_fragment": (1, ethernet(0x86DD, ipv6(44, b"\x11\0\0\x01\0\0\0\x07" + udp(QUERY)))),
    "macsec": (1, ethernet(0x88E5, b"\x20" + bytes(13) + b"\x08\x00" + FOUR)),
    "fabric_path": (1, ethernet(0x8903, bytes(2) + INNER)),
    "authentication_header": (101, ipv4(51, b"\x11\x04" + bytes(22) + udp(QUERY))),
    "gre_access_point": (101, ipv4(47, b"\0\0\x82\x10\x08\x01" + bytes(22) + SNAP + FOUR)),
    "lisp": (101, ipv4(17, udp(bytes(8) + FOUR, 4341))),
    "ipv4_fragment": (1, ethernet(0x0800, ipv4(17, QUERY, fragment=0x2005))),
    "cooked": (113, b"\x00\x04\x00\x01\x00\x06" + bytes(8) + b"\x08\x00" + FOUR),
    "cooked_2": (276, b"\x08\x00" + bytes(18) + FOUR),
    "null": (0, b"\x02\0\0\0" + FOUR),
    "raw": (101, FOUR),
    "ppp": (9, b"\xff\x03\x00\x21" + FOUR),
    "cisco_hdlc": (104, b"\x0f\x00\x08\x00" + FOUR),
    "frame_relay": (107, b"\x18\x41\x03\xcc" + FOUR),
    "token_ring": (6, bytes(8) + b"\x80" + bytes(5) + b"\x06" + bytes(5) + SNAP + FOUR),
    "wifi": (105, b"\x88\x01" + bytes(24) + SNAP + FOUR),
    "radiotap": (127, b"\0\0\x11\0\x03\0\0\0" + bytes(8) + b"\x20\x88\x02" + bytes(26) + SNAP + FOUR),
    "ppi": (192, b"\0\0\x08\0\x01\0\0\0" + INNER),
    "nflog": (239, b"\x02\0\0\0\x05\0\x01\0\xff\0\0\0" + struct.pack("<HH", 4 + len(FOUR), 9) + FOUR),
    "erf": (197, bytes(8) + b"\x82" + bytes(7) + bytes(8) + bytes(2) + INNER),
    "gre": (101, ipv4(47, b"\xb0\0\x08\0" + bytes(12) + FOUR)),
    "erspan": (101, ipv4(47, b"\x10\0\x88\xbe" + bytes(12) + INNER)),
    "vxlan": (101, ipv4(17, udp(b"\x08" + bytes(7) + INNER, 4789))),
    "geneve": (101, ipv4(17, udp(b"\x02\0\x65\x58" + bytes(12) + INNER, 6081))),
    "gtp": (101, ipv4(17, udp(b"\x34\xff\0\x30" + bytes(7) + b"\x85\x01\0\0\0" + FOUR, 2152))),
    "l2tp": (101, ipv4(17, udp(b"\x40\x02\0\x30" + bytes(4) + b"\xff\x03\0\x21" + FOUR, 1701))),
    "teredo": (101, ipv4(17, udp(b"\0\x01\0\0" + bytes(9) + bytes(8) + ipv6(17, udp(QUERY)), 3544))),
}


def fragment(flags, offset, payload, delta=0):
    return struct.pack("!BHB", flags, offset, len(payload)) + payload + bytes([delta])


REASSEMBLY = {
    "two_pieces": b"\0" + fragment(2, 0, bytes(64)) + fragment(0, 64, bytes(20)),
    "two_pieces_v6": b"\0" + fragment(1, 64, bytes(20)) + fragment(3, 0, bytes(64)),
    "overlap": b"\0" + fragment(2, 0, bytes(64)) + fragment(2, 32, b"\1" * 64) + fragment(0, 96, bytes(8)),
    "overlap_v6": b"\0" + fragment(3, 0, bytes(64)) + fragment(3, 32, b"\1" * 64) + fragment(1, 96, bytes(8)),
    "short_end": b"\0" + fragment(2, 96, bytes(16)) + fragment(0, 0, bytes(40)),
    "expired": b"\0" + b"".join(fragment(2 | i << 4, 0, bytes(8), 255) for i in range(8)),
    "empty": b"\0" + fragment(1, 8, b""),
    "shuffled": b"\1\0\x08\x00" + bytes(range(200)),
    "shuffled_v6": b"\1\1\x1f\xff" + bytes(range(255, 100, -1)),
}


def segment(flags, where, payload, extra=b"", delta=0):
    return bytes([flags, where, len(payload)]) + payload + extra + bytes([delta])


FRAMED = struct.pack("!H", len(QUERY)) + QUERY
STREAMS = {
    "in_order": b"\1\xff\xff\xff\x00\x03\x00\x20\x01\x00\x00\x05" + bytes(40),
    "shuffled": b"\1\x00\x00\x00\x00\x0f" + bytes(range(250)),
    "overlapping": b"\1\x12\x34\x56\x78\x07" + bytes([200] * 120),
    "syn_data_fin": b"\0" + segment(0x18, 0, b"") + segment(1, 1, FRAMED) + segment(0x61, 1 + len(FRAMED), b""),
    "open_connection": b"\0" + segment(1, 0, b"\xab" * 50 + FRAMED) + segment(1, 50 + len(FRAMED), FRAMED),
    "length_alone": b"\0" + segment(1, 0, FRAMED[:2]) + segment(1, 2, FRAMED[2:]),
    "empty_messages": b"\0" + segment(0x18, 0, b"") + segment(1, 1, bytes(4) + FRAMED),
    "gap": b"\0" + segment(0x18, 0, b"") + segment(0, 40, FRAMED) + segment(0, 100, FRAMED, delta=31) * 3,
    "cut": b"\0" + segment(0x18, 0, b"") + segment(0x30, 1, FRAMED[:20], b"\x11") + segment(0, 1 + len(FRAMED), FRAMED),
    "tls": b"\0" + segment(0x18, 0, b"") + segment(0, 1, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x5a" * 32),
    "reset": b"\0" + segment(0x18, 0, b"") + segment(0, 1, FRAMED[:20]) + segment(0x60, 21, b""),
}


def pcap(order, magic=0xA1B2C3D4, minor=4, extra=0):
    header = struct.pack(order + "IHHIIII", magic, 2, minor, 0, 0, 65535, 1)
    record = struct.pack(order + "IIII", 1700000000, 5, len(INNER), len(INNER)) + bytes(extra) + INNER
    return header + 2 * record


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, 12 + len(body)) + body + struct.pack(order + "I", 12 + len(body))


def pcapng(order):
    section = block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    options = struct.pack(order + "HH4sHHBxxxHHqHH", 2, 4, b"eth0", 9, 1, 0x8A, 14, 8, -5, 0, 0)
    interface = block(order, 1, struct.pack(order + "HHI", 1, 0, 0) + options)
    enhanced = block(order, 6, struct.pack(order + "IIIII", 0, 5, 7, len(INNER), len(INNER)) + INNER)
    simple = block(order, 3, struct.pack(order + "I", len(INNER)) + INNER)
    old = block(order, 2, struct.pack(order + "HHIIII", 0, 0, 5, 7, len(INNER), len(INNER)) + INNER)
    return section + interface + block(order, 0xBAD, bytes(8)) + enhanced + simple + old


CAPTURES = {
    "pcap_little": pcap("<"),
    "pcap_big": pcap(">"),
    "pcap_nanoseconds": pcap("<", magic=0xA1B23C4D),
    "pcap_modified": pcap("<", magic=0xA1B2CD34, extra=8),
    "pcap_version_2_3": pcap("<", minor=3),
    "pcap_cut": pcap("<")[:-9],
    "pcap_insane": pcap("<") + b"\x7f" * 16,
    "pcapng_little": pcapng("<"),
    "pcapng_two_sections": pcapng("<") + pcapng(">"),
    "pcapng_cut": pcapng("<")[:-5],
    "gzip_pcap": gzip.compress(pcap("<"), mtime=0),
    "gzip_two_members": gzip.compress(pcapng("<"), mtime=0) + gzip.compress(pcapng("<"), mtime=0),
    "gzip_cut": gzip.compress(pcap("<"), mtime=0)[:-12],
    "empty": b"",
    "text": b"this is no capture",
}


def write(target, seeds):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in seeds.items():
        (folder / name).write_bytes(data)


write("packet", {name: struct.pack("!H", linktype) + frame for name, (linktype, frame) in PACKETS.items()})
write("ip_reassembly", REASSEMBLY)
write("tcp_stream", STREAMS)
write("capture_file", CAPTURES)
