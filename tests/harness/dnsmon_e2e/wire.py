# SPDX-License-Identifier: Apache-2.0
"""DNS messages as bytes, built by hand so that tests can also build wrong ones (RFC 1035 4.1)."""
import itertools
import socket
import struct

from .waiting import PATIENCE

A, CNAME, TXT, AAAA = 1, 5, 16, 28
ETH_P_IP = 0x0800
_idents = itertools.count(0x6000)


def name(text):
    """Wire form of a dotted name of plain labels; bytes are taken as one label each where a list is given."""
    labels = text if isinstance(text, list) else [label.encode() for label in text.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def header(ident, flags=0x0100, questions=1, answers=0, authorities=0, additionals=0):
    return struct.pack("!6H", ident, flags, questions, answers, authorities, additionals)


def query(qname, qtype=A, ident=0x1234):
    return header(ident) + name(qname) + struct.pack("!2H", qtype, 1)


def next_query(qname):
    """One with an id that no other has: the id and the message."""
    ident = next(_idents)
    return ident, query(qname, ident=ident)


def ip_udp(source, destination, payload, ident=7):
    """A whole IPv4 packet between two (address, port); without UDP's checksum, which is optional."""
    udp = struct.pack("!4H", source[1], destination[1], 8 + len(payload), 0) + payload
    head = struct.pack("!2B3H2BH4s4s", 0x45, 0, 20 + len(udp), ident, 0, 64, socket.IPPROTO_UDP, 0,
                       socket.inet_aton(source[0]), socket.inet_aton(destination[0]))
    total = sum(struct.unpack("!10H", head))
    return head[:10] + struct.pack("!H", ~(total + (total >> 16)) & 0xFFFF) + head[12:] + udp


def answer_to(message, address, ttl=60):
    """A response with one A record to a query that query() made."""
    ident = struct.unpack("!H", message[:2])[0]
    return (header(ident, 0x8180, answers=1) + message[12:] + b"\xc0\x0c" + struct.pack("!2HIH", A, 1, ttl, 4)
            + socket.inet_aton(address))


def prefixed(message):
    """With TCP's two length octets (RFC 1035 4.2.2)."""
    return struct.pack("!H", len(message)) + message


def read_prefixed(connection):
    """One message from a TCP connection."""
    (length,) = struct.unpack("!H", read_exactly(connection, 2))
    return read_exactly(connection, length)


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError("connection closed in the middle of a message")
        data += more
    return data


def udp_socket(family=socket.AF_INET, seconds=20):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.settimeout(seconds)
    return s


def ask(address, count, name="www.example.test"):
    """So many lookups over one socket, each after the answer to the one before; their ids count from 0."""
    with udp_socket(seconds=20 * PATIENCE) as s:
        s.connect((address, 53))
        for ident in range(count):
            s.send(query(name, ident=ident))
            s.recv(65535)
