# SPDX-License-Identifier: Apache-2.0
"""Cases: IP and TCP as networks, stacks and attackers make them. {name: maker(message) -> raw IP packets}.

`message(i)` is a query of its own identification; makers use as many as they need. TCP cases take a base sequence number.
"""
import struct

from dnsmon_e2e import wire
from packets import ACK, FIN, PSH, RST, SYN, TCP, V6, fragments4, fragments6, ipv4, ipv6, tcp, udp


def long(query, size=1200):
    """The same query with a padding option (RFC 7830), so that there is something to cut."""
    option = struct.pack("!2H", 12, size) + bytes(size)
    return (query[:10] + b"\0\x01" + query[12:] + b"\0" + struct.pack("!2HIH", 41, 1232, 0, len(option)) + option)


def extension(kind, body=bytes(6)):
    """(this header's number, maker of its bytes before the next)."""
    return kind, lambda following: bytes([following, (len(body) + 2) // 8 - 1]) + body


def chain6(payload, *headers, last=17, length=None):
    kinds = [kind for kind, _ in headers] + [last]
    out = b"".join(make(kinds[i + 1]) for i, (_, make) in enumerate(headers))
    return ipv6(out + payload, kinds[0], length=length)


HOP, ROUTING, DESTINATION, AUTHENTICATION, MOBILITY = 0, 43, 60, 51, 135
AH = AUTHENTICATION, lambda following: bytes([following, 4, 0, 0]) + bytes(20)
ATOMIC = 44, lambda following: bytes([following, 0, 0, 0]) + struct.pack("!I", 7)


def jumbo(payload):
    return ipv6(bytes([17, 0, 0xC2, 4]) + struct.pack("!I", 8 + len(payload)) + payload, HOP, length=0)


DATAGRAMS = {
    "plain": lambda m: [ipv4(udp(m(0)))],
    "ipv6": lambda m: [ipv6(udp(m(0)))],
    "options": lambda m: [ipv4(udp(m(0)), options=b"\x94\x04\0\0" + b"\x01" * 8)],
    "total_length_zero": lambda m: [ipv4(udp(m(0)), length=0)],
    "total_length_too_large": lambda m: [ipv4(udp(m(0)), length=900)],
    "total_length_cuts_the_message": lambda m: [ipv4(udp(m(0)), length=20 + 8 + 20)],
    "total_length_below_the_header": lambda m: [ipv4(udp(m(0)), length=12)],
    "udp_length_zero": lambda m: [ipv4(udp(m(0), length=0))],
    "udp_length_zero_ipv6": lambda m: [ipv6(udp(m(0), length=0))],
    "udp_length_too_large": lambda m: [ipv4(udp(m(0), length=600))],
    "udp_length_too_small": lambda m: [ipv4(udp(m(0), length=7))],
    "udp_length_cuts_the_message": lambda m: [ipv4(udp(m(0), length=8 + 14))],
    "udp_length_without_what_follows": lambda m: [ipv4(udp(m(0) + b"more", length=8 + len(m(0))))],
    "udp_of_eight_bytes": lambda m: [ipv4(udp(b""))],
    "checksum_zero_ipv6": lambda m: [ipv6(udp(m(0), checksum=0))],
    "payload_length_zero_ipv6": lambda m: [ipv6(udp(m(0)), length=0)],
    "payload_length_too_large_ipv6": lambda m: [ipv6(udp(m(0)), length=900)],
    "jumbogram": lambda m: [jumbo(udp(m(0)))],
    "extension_headers": lambda m: [chain6(udp(m(0)), extension(HOP), extension(DESTINATION), extension(ROUTING), extension(DESTINATION))],
    "extension_headers_in_any_order": lambda m: [chain6(udp(m(0)), extension(DESTINATION), extension(ROUTING), extension(MOBILITY, bytes(14)))],
    "authentication_header": lambda m: [ipv4(AH[1](17) + udp(m(0)), 51)],
    "authentication_header_ipv6": lambda m: [chain6(udp(m(0)), AH)],
    "atomic_fragment": lambda m: [chain6(udp(m(0)), ATOMIC)],
    "ends_are_the_same": lambda m: [ipv4(udp(m(0), (53, 53)), ends=("192.0.2.9", "192.0.2.9"))],
    "port_zero": lambda m: [ipv4(udp(m(0), (0, 53)))],
    "from_a_lower_port": lambda m: [ipv4(udp(m(0), (13, 53)))],
    "multicast_dns": lambda m: [ipv4(udp(m(0), (5353, 5353)), ends=("192.0.2.9", "224.0.0.251"))],
    "multicast_dns_ipv6": lambda m: [ipv6(udp(m(0), (5353, 5353)), ends=("fe80::1", "ff02::fb"))],
    "llmnr": lambda m: [ipv4(udp(m(0), (50000, 5355)), ends=("192.0.2.9", "224.0.0.252"))],
    "any_port": lambda m: [ipv4(udp(m(0), (40000, 8053)))],
    "twice": lambda m: [ipv4(udp(m(0)))] * 2,
    "fragments": lambda m: fragments4(udp(long(m(0))), [512, 1024], 11),
    "fragments_last_first": lambda m: fragments4(udp(long(m(0))), [512, 1024], 12)[::-1],
    "fragments_sent_twice": lambda m: [f for f in fragments4(udp(long(m(0))), [512, 1024], 13) for _ in (0, 1)],
    "fragments_of_eight_bytes": lambda m: fragments4(udp(m(0)), list(range(8, 8 + len(m(0)), 8)), 14),
    "fragments_of_two_datagrams_interleaved": lambda m: [f for pair in zip(fragments4(udp(long(m(0))), [512], 15), fragments4(udp(long(m(1))), [512], 16)) for f in pair],
    "fragments_of_which_one_is_missing": lambda m: fragments4(udp(long(m(0))), [512, 1024], 17)[::2],
    "fragment_first_alone": lambda m: fragments4(udp(long(m(0))), [512], 18)[:1],
    "fragments_overlapping_with_the_same_bytes": lambda m: fragments4(udp(long(m(0))), [512], 19)[:1] + [ipv4(udp(long(m(0)))[256:], ident=19, fragment=32)],
    "fragments_ipv6": lambda m: fragments6(udp(long(m(0))), [512, 1024], 20),
    "fragments_ipv6_last_first": lambda m: fragments6(udp(long(m(0))), [512, 1024], 21)[::-1],
    "fragments_ipv6_sent_twice": lambda m: [f for f in fragments6(udp(long(m(0))), [512, 1024], 22) for _ in (0, 1)],
    "fragments_ipv6_empty_one": lambda m: fragments6(udp(long(m(0))), [512], 23) + [ipv6(struct.pack("!BxHI", 17, 0, 23), 44)],
    "fragments_behind_other_headers": lambda m: [ipv6(bytes([44, 0]) + bytes(6) + f[40:], HOP) for f in fragments6(udp(long(m(0))), [512], 24)],
    "fragments_of_extension_headers": lambda m: fragments6(bytes([17, 0]) + bytes(6) + udp(long(m(0))), [512], 25, DESTINATION),
    "fragments_of_authenticated": lambda m: fragments4(AH[1](17) + udp(long(m(0))), [512], 26, 51),
}

CLIENT = (41000, 53)
SERVER = (53, 41000)


class Connection:
    """Both directions of a connection; every method returns one raw packet."""

    def __init__(self, port, start=1000, six=False):
        self.ports = {True: (port, 53), False: (53, port)}
        self.next = {True: start, False: 900_000_000}
        self.six = six

    def packet(self, body, client):
        if self.six:
            return ipv6(body, TCP, V6 if client else V6[::-1])
        return ipv4(body, TCP, ("192.0.2.1", "192.0.2.53") if client else ("192.0.2.53", "192.0.2.1"))

    def at(self, seq, payload, client=True, flags=PSH | ACK, options=b""):
        return self.packet(tcp(payload, seq, self.ports[client], flags, self.next[not client] & 0xFFFFFFFF, options), client)

    def send(self, payload, client=True, flags=PSH | ACK):
        seq = self.next[client]
        self.next[client] += len(payload) + bool(flags & (SYN | FIN))
        return self.at(seq, payload, client, flags)

    def opened(self):
        return [self.send(b"", flags=SYN), self.send(b"", False, SYN | ACK), self.send(b"", flags=ACK)]

    def closed(self):
        return [self.send(b"", flags=FIN | ACK), self.send(b"", False, FIN | ACK), self.send(b"", flags=ACK)]


def cut(data, *edges):
    edges = [0, *edges, len(data)]
    return [data[begin:end] for begin, end in zip(edges, edges[1:])]


def stream(pieces, **options):
    """A whole connection whose client sends `pieces`, one a segment."""
    def make(message, port):
        c = Connection(port, **options)
        return c.opened() + [c.send(piece) for piece in pieces(message)] + c.closed()
    return make


def framed(message, *indices):
    return b"".join(wire.prefixed(message(i)) for i in indices)


def without_opening(message, port):
    c = Connection(port)
    return [c.send(framed(message, 0)), c.send(framed(message, 1))]


def answered(message, port):
    c = Connection(port)
    query = message(0)
    answer = wire.answer_to(query, "192.0.2.7")
    return c.opened() + [c.send(wire.prefixed(query)), c.send(b"", False, ACK)] + [
        c.send(part, False) for part in cut(wire.prefixed(answer), 2, 30)] + c.closed()


def sent_again(message, port):
    c = Connection(port)
    opened = c.opened()
    seq = c.next[True]
    one, two = framed(message, 0), framed(message, 1)
    return opened + [c.send(one), c.at(seq, one), c.send(two), c.at(seq, one + two)] + c.closed()


def keep_alive(message, port):
    c = Connection(port)
    out = c.opened() + [c.send(framed(message, 0))]
    return out + [c.at(c.next[True] - 1, b"\0", flags=ACK), c.send(framed(message, 1))] + c.closed()


def acknowledgement_lies(message, port):
    """The IP length of a segment without data claims some: the stream must not take it for lost."""
    c = Connection(port)
    syn, answer, ack = c.opened()
    longer = ack[:2] + struct.pack("!H", len(ack) + 16) + ack[4:]
    return [syn, answer, longer, c.send(framed(message, 0))] + c.closed()


def reset(message, port):
    c = Connection(port)
    return c.opened() + [c.send(framed(message, 0)), c.send(framed(message, 1)[:20]), c.send(b"", False, RST | ACK)]


def fast_open(message, port):
    c = Connection(port)
    data = framed(message, 0)
    out = [c.at(c.next[True], data, flags=SYN, options=b"\x22\x0a" + bytes(8))]
    c.next[True] += 1 + len(data)
    return out + [c.send(b"", False, SYN | ACK), c.send(framed(message, 1))] + c.closed()


def port_again(message, port):
    """Two connections one after the other on the same ports."""
    first, second = Connection(port), Connection(port, start=77_000_000)
    return (first.opened() + [first.send(framed(message, 0))] + first.closed() + second.opened()
            + [second.send(framed(message, 1))] + second.closed())


def out_of_order(message, port):
    c = Connection(port)
    one, two, three = (framed(message, i) for i in range(3))
    out = c.opened()
    start = c.next[True]
    c.next[True] += len(one + two + three)
    return out + [c.at(start + len(one), two), c.at(start, one), c.at(start + len(one + two), three)] + c.closed()


def gap(message, port):
    c = Connection(port)
    out = c.opened() + [c.send(framed(message, 0))]
    c.send(framed(message, 1))  # never captured
    return out + [c.send(framed(message, 2)), c.send(framed(message, 3))] + c.closed()


def other_protocol(first):
    def make(message, port):
        c = Connection(port)
        return c.opened() + [c.send(first), c.send(bytes(range(256)) * 2, False), c.send(b"\x17\x03\x03\0\x20" + bytes(32))] + c.closed()
    return make


STREAMS = {
    "tcp": stream(lambda m: [framed(m, 0)]),
    "tcp_ipv6": stream(lambda m: [framed(m, 0)], six=True),
    "tcp_answered": answered,
    "tcp_two_in_a_segment": stream(lambda m: [framed(m, 0, 1)]),
    "tcp_length_alone": stream(lambda m: cut(framed(m, 0), 2)),
    "tcp_length_cut": stream(lambda m: cut(framed(m, 0), 1)),
    "tcp_header_cut": stream(lambda m: cut(framed(m, 0), 9)),
    "tcp_byte_by_byte": stream(lambda m: cut(framed(m, 0), *range(1, 2 + len(m(0))))),
    "tcp_three_in_two_segments": stream(lambda m: cut(framed(m, 0, 1, 2), 50)),
    "tcp_large": stream(lambda m: cut(wire.prefixed(long(m(0), 60000)), *range(1400, 60000, 1400))),
    "tcp_wraps_around": stream(lambda m: [framed(m, 0), *cut(framed(m, 1), 20), framed(m, 2)], start=0xFFFFFFF0),
    "tcp_empty_message": stream(lambda m: [b"\0\0", framed(m, 0)]),
    "tcp_without_opening": without_opening,
    "tcp_sent_again": sent_again,
    "tcp_keep_alive": keep_alive,
    "tcp_acknowledgement_lies": acknowledgement_lies,
    "tcp_reset": reset,
    "tcp_fast_open": fast_open,
    "tcp_ports_again": port_again,
    "tcp_out_of_order": out_of_order,
    "tcp_gap": gap,
    "tcp_tls": other_protocol(b"\x16\x03\x01\0\xc8\x01\0\0\xc4\x03\x03" + bytes(range(190))),
    "tcp_http": other_protocol(b"GET /dns-query?dns=AAABAAABAAAAAAAA HTTP/1.1\r\nHost: example\r\n\r\n"),
    "tcp_ssh": other_protocol(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
    "tcp_zeros": other_protocol(bytes(300)),
}
