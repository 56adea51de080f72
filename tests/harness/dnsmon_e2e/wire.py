# SPDX-License-Identifier: Apache-2.0
"""DNS messages as bytes, built by hand so that tests can also build wrong ones (RFC 1035 4.1)."""
import socket
import struct

from .waiting import PATIENCE

A, CNAME, TXT, AAAA = 1, 5, 16, 28


def name(text):
    """Wire form of a dotted name of plain labels; bytes are taken as one label each where a list is given."""
    labels = text if isinstance(text, list) else [label.encode() for label in text.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def header(ident, flags=0x0100, questions=1, answers=0, authorities=0, additionals=0):
    return struct.pack("!6H", ident, flags, questions, answers, authorities, additionals)


def query(qname, qtype=A, ident=0x1234):
    return header(ident) + name(qname) + struct.pack("!2H", qtype, 1)


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
