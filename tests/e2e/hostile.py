#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Hostile input: damaged messages, names made to break a log, traffic on port 53 that is not DNS."""
import ctypes
import os
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Dnsmon, EndToEndCase, in_child, loopback4, main, pick, wire  # noqa: E402

PR_SET_NAME = 15


class Hostile(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.dnsmon = cls.enterClassContext(Dnsmon())
        cls.address = loopback4()
        cls.server = cls.enterClassContext(wire.udp_socket())  # takes everything, answers nothing
        cls.server.bind((cls.address, 53))
        cls.client = cls.enterClassContext(wire.udp_socket())

    def send(self, message):
        self.client.sendto(message, (self.address, 53))

    def logged(self, ident):
        """The one event of that id, from a line that is valid UTF-8."""
        event = self.dnsmon.wait_event(event__action="query", dns__id=str(ident))
        for line in self.dnsmon.lines:
            line.encode("utf-8")
        return event

    def test_damaged_record_costs_only_itself(self):
        self.send(wire.header(1, 0x0100, additionals=1) + wire.name("damaged.example.test") + struct.pack("!2H", 1, 1)
                  + wire.name("extra.example.test") + struct.pack("!2HIH", 1, 1, 60, 4) + b"\x01")
        event = self.logged(1)
        self.assert_fields(event, dns__question__name="damaged.example.test")
        self.assertTrue(pick(event, "dnsmon.decode_error"))

    def test_compression_pointer_to_itself(self):
        self.send(wire.header(2, 0x0100, additionals=1) + wire.name("loop.example.test") + struct.pack("!2H", 1, 1)
                  + struct.pack("!H", 0xC000 | 35) + struct.pack("!2HIH", 1, 1, 60, 0))
        event = self.logged(2)
        self.assert_fields(event, dns__question__name="loop.example.test")
        self.assertTrue(pick(event, "dnsmon.decode_error"))

    def test_control_characters_quotes_and_invalid_utf8_in_names(self):
        self.send(wire.header(3) + wire.name([b'a\nb"c\xff\x00', b"x.y\\z", b"\xc3\x28"]) + struct.pack("!2H", 1, 1))
        self.assert_fields(self.logged(3), dns__question__name='a\\010b"c\\255\\000.x\\.y\\\\z.\\195(')

    def test_name_of_255_octets(self):
        labels = [b"a" * 63, b"b" * 63, b"c" * 63, b"d" * 61]
        self.send(wire.header(4) + wire.name(labels) + struct.pack("!2H", 1, 1))
        self.assert_fields(self.logged(4), dns__question__name=".".join(x.decode() for x in labels))

    def test_unknown_type_and_class(self):
        self.send(wire.header(5) + wire.name("unknown.example.test") + struct.pack("!2H", 65280, 4242))
        self.assert_fields(self.logged(5), dns__question__type="TYPE65280", dns__question__class="CLASS4242")

    def test_program_with_a_hostile_command_line_and_name(self):
        script = (f"import socket,ctypes;ctypes.CDLL(None).prctl({PR_SET_NAME},b'x\\n\"\\xff',0,0,0);"
                  f"s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);"
                  f"s.sendto(bytes.fromhex('{wire.query('argv.example.test', ident=6).hex()}'),('{self.address}',53));"
                  f"input()")
        process = subprocess.Popen([sys.executable.encode(), b"-c", script.encode(), b"new\nline", b"\xff\xfe", b'"'],
                                   stdin=subprocess.PIPE)
        try:
            event = self.logged(6)
        finally:
            process.communicate(b"\n")
        self.assert_fields(event, process__pid=process.pid)
        self.assertIn('"', pick(event, "process.command_line"))
        self.assert_ecs(self.dnsmon.lines)

    def test_traffic_on_port_53_that_is_not_dns_is_counted_not_logged(self):
        """In a dnsmon of its own: its statistics say exactly what was sent."""
        address = loopback4()
        with Dnsmon() as dnsmon:
            with wire.udp_socket() as server, wire.udp_socket() as client:
                server.bind((address, 53))
                for junk in (b"x", b"\xff" * 40, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\x16\xfe\xfd" + b"\0" * 60):
                    client.sendto(junk, (address, 53))
                client.sendto(wire.query("end.example.test", ident=7), (address, 53))
                dnsmon.wait_event(event__action="query", dns__id="7")
            listener = socket.create_server((address, 53))

            def speak_http():
                with socket.create_connection((address, 53)) as s:
                    s.sendall(b"GET / HTTP/1.1\r\nHost: example.test\r\n\r\n" * 20)
            in_child(speak_http)
            listener.close()
        self.assertEqual([pick(e, "dns.id") for e in dnsmon.events(event__action="query")], ["7"])
        stats = pick(dnsmon.notices("stats")[-1], "dnsmon.stats")
        self.assertGreaterEqual(find(stats, "packets_not_dns"), 4, stats)
        self.assertGreaterEqual(find(stats, "streams_not_dns"), 1, stats)


def find(tree, key):
    """The value of a key anywhere in a tree of objects."""
    if isinstance(tree, dict):
        for k, v in tree.items():
            found = v if k == key else find(v, key)
            if found is not None:
                return found
    return None


if __name__ == "__main__":
    main()
