# SPDX-License-Identifier: Apache-2.0
"""A load that has one of everything: what a log pipeline meets in a year, within a few seconds."""
import os
import struct
import subprocess

from dnsmon_e2e import Client, loopback4, wire
from dnsmon_e2e.dnsperf import Dnsperf

_NAMES = [("www.example.test", "A"), ("www.example.test", "AAAA"), ("www.example.test", "HTTPS"), ("text.example.test", "TXT"),
          ("alias.example.test", "A"), ("mail.example.test", "MX"), ("nowhere.example.test", "A"), ("1.2.0.192.in-addr.arpa", "PTR")]


class MixedLoad:
    """`resolver` answers; beside it is a server of our own that gives no, or damaged, or very large answers."""

    def __init__(self, resolver, directory):
        self._resolver = resolver
        self._names = os.path.join(directory, "names")
        with open(self._names, "w") as f:
            f.writelines(f"{name} {kind}\n" for name, kind in _NAMES)

    def __enter__(self):
        self._server = wire.udp_socket()
        self._server.bind((loopback4(), 53))
        self._client = wire.udp_socket()
        self._client.connect(self._server.getsockname())
        return self

    def __exit__(self, *_):
        self._client.close()
        self._server.close()

    def many(self, seconds=2, rate=800):
        """Queries of every common kind by dnsperf, over IPv6 and IPv4."""
        for address in (self._resolver.address4, self._resolver.address6):
            Dnsperf(address, self._names, seconds, rate).finish()

    def programs(self):
        """Lookups by programs, over TCP too; a name that does not exist, one that cannot be resolved, a large answer."""
        at4, at6 = f"@{self._resolver.address4}", f"@{self._resolver.address6}"
        for words in ([at4, "www.example.test"], [at6, "www.example.test", "AAAA"], [at6, "+tcp", "many.example.test"],
                      [at4, "nowhere.example.test"], [at4, "+dnssec", "+nsid", "text.example.test", "TXT"], [at4, "ch", "version.bind", "TXT"],
                      [at4, "+tries=1", "broken.example.org"]):
            Client("dig", *words, check=False)
        subprocess.run(["nslookup", "nowhere.example.test", self._resolver.address4], check=False, stdout=subprocess.DEVNULL)

    def odd(self):
        """No answer; a damaged query; answers that are damaged, unasked for, full of odd text, of 60 KiB."""
        ask = lambda name, ident, kind=wire.A: (self._client.send(wire.query(name, kind, ident)), self._server.recvfrom(65535))[1]
        ask("timeout.example.test", 1)
        self._client.send(wire.header(2, questions=1, additionals=1) + wire.name("damaged.example.test") + b"\0\1\0\1\xc0\xff\0")
        self._server.recvfrom(65535)
        query, peer = ask("damaged-answer.example.test", 3)
        self._answer(wire.answer_to(query, "192.0.2.7")[:-3], peer)
        self._answer(wire.answer_to(wire.query("unasked.example.test", ident=4), "192.0.2.8"), peer)
        query, peer = ask(["2026-11-25T12:00:00Z".encode(), b"\"q\"\\\n\xff\0", b"example", b"test"], 5)
        self._answer(wire.answer_to(query, "192.0.2.9"), peer)
        query, peer = ask("date.example.test", 6, wire.TXT)
        self._answer(self._text(query, [b"2026-11-25"]), peer)
        query, peer = ask("large.example.test", 7, wire.TXT)
        self._answer(self._text(query, [b"x" * 255] * 230), peer)
        update = struct.pack("!6H", 8, 0x2800, 1, 0, 1, 0) + wire.name("example.test") + struct.pack("!2H", 6, 1) \
            + wire.name("new.example.test") + struct.pack("!2HIH", wire.TXT, 1, 60, 11) + b"\x0a2026-11-25"
        self._client.send(update)
        self._server.recvfrom(65535)

    def _answer(self, message, peer):
        self._server.sendto(message, peer)
        self._client.recv(65535)

    @staticmethod
    def _text(query, strings):
        data = b"".join(bytes([len(s)]) + s for s in strings)
        return (wire.header(struct.unpack("!H", query[:2])[0], 0x8180, answers=1) + query[12:] + b"\xc0\x0c"
                + struct.pack("!2HIH", wire.TXT, 1, 60, len(data)) + data)
