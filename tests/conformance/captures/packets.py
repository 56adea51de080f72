# SPDX-License-Identifier: Apache-2.0
"""Packets as bytes, from the transport header outwards, each field open to lies."""
import socket
import struct

UDP, TCP = 17, 6
V4 = ("192.0.2.1", "192.0.2.53")
V6 = ("2001:db8::1", "2001:db8::53")
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def udp(payload, ports=(40000, 53), length=None, checksum=0xBEEF):
    return struct.pack("!4H", *ports, 8 + len(payload) if length is None else length, checksum) + payload


def tcp(payload, seq, ports=(40000, 53), flags=PSH | ACK, ack=1, options=b""):
    options += b"\0" * (-len(options) % 4)
    offset = (5 + len(options) // 4) << 12
    return struct.pack("!2H2I4H", *ports, seq & 0xFFFFFFFF, ack, offset | flags, 65535, 0, 0) + options + payload


def ipv4(payload, protocol=UDP, ends=V4, options=b"", ident=1, fragment=0, length=None):
    words = 5 + len(options) // 4
    total = 4 * words + len(payload) if length is None else length
    return struct.pack("!2B3H2BH4s4s", 0x40 | words, 0, total, ident, fragment, 64, protocol, 0,
                       *(socket.inet_aton(end) for end in ends)) + options + payload


def ipv6(payload, protocol=UDP, ends=V6, length=None):
    return struct.pack("!IH2B16s16s", 0x60000000, len(payload) if length is None else length, protocol, 64,
                       *(socket.inet_pton(socket.AF_INET6, end) for end in ends)) + payload


def fragments4(payload, cuts, ident, protocol=UDP):
    """The packets of a datagram cut at the offsets given."""
    edges = [0, *cuts, len(payload)]
    return [ipv4(payload[begin:end], protocol, ident=ident, fragment=begin // 8 | (0x2000 if end < len(payload) else 0))
            for begin, end in zip(edges, edges[1:])]


def fragments6(payload, cuts, ident, protocol=UDP, ends=V6):
    edges = [0, *cuts, len(payload)]
    return [ipv6(struct.pack("!BxHI", protocol, begin | (end < len(payload)), ident) + payload[begin:end], 44, ends)
            for begin, end in zip(edges, edges[1:])]


def ethernet(payload, kind=0x0800):
    return bytes.fromhex("020000000001020000000002") + struct.pack("!H", kind) + payload


def snap(payload, kind=0x0800):
    return b"\xaa\xaa\x03\0\0\0" + struct.pack("!H", kind) + payload


def arpa(packet):
    """The EtherType of an IP packet."""
    return 0x86DD if packet[0] >> 4 == 6 else 0x0800
