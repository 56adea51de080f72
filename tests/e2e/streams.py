#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""DNS over TCP however it is cut: byte by byte, many messages in a segment, one message over many segments."""
import os
import socket
import struct
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Dnsmon, EndToEndCase, PATIENCE, loopback4, main, pick, wire  # noqa: E402


class Server:
    """Accepts one connection, answers every message with answer(message)."""

    def __init__(self, answer):
        self.address = loopback4()
        self._listener = socket.create_server((self.address, 53))
        self._answer = answer
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        connection, _ = self._listener.accept()
        with connection:
            try:
                while True:
                    connection.sendall(wire.prefixed(self._answer(wire.read_prefixed(connection))))
            except (EOFError, ConnectionResetError):
                pass

    def connect(self):
        s = socket.create_connection((self.address, 53), 20 * PATIENCE)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def close(self):
        self._listener.close()
        self._thread.join(10 * PATIENCE)


class Streams(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.dnsmon = cls.enterClassContext(Dnsmon())

    def serve(self, answer=lambda message: wire.answer_to(message, "192.0.2.9")):
        server = Server(answer)
        self.addCleanup(server.close)
        return server

    def test_byte_by_byte(self):
        with self.serve().connect() as s:
            for byte in wire.prefixed(wire.query("bytes.example.test", ident=100)):
                s.send(bytes([byte]))
            wire.read_prefixed(s)
        for action in ("query", "response"):
            event = self.dnsmon.wait_event(event__action=action, dns__id="100", network__transport="tcp")
            self.assert_fields(event, dns__question__name="bytes.example.test", process__pid=os.getpid())

    def test_twenty_messages_in_one_segment_stay_in_order(self):
        idents = range(200, 220)
        with self.serve().connect() as s:
            s.send(b"".join(wire.prefixed(wire.query(f"n{i}.example.test", ident=i)) for i in idents))
            for _ in idents:
                wire.read_prefixed(s)
        self.dnsmon.wait_event(event__action="response", dns__id="219")
        queries = [e for e in self.dnsmon.events(event__action="query") if 200 <= int(pick(e, "dns.id")) < 220]
        self.assertEqual([pick(e, "dns.question.name") for e in queries], [f"n{i}.example.test" for i in idents])
        sequence = [pick(e, "event.sequence") for e in queries]
        self.assertEqual(sequence, sorted(sequence))

    def test_messages_straddle_segments(self):
        data = b"".join(wire.prefixed(wire.query(f"straddle{i}.example.test", ident=i)) for i in range(300, 310))
        with self.serve().connect() as s:
            for start in range(0, len(data), 23):
                s.send(data[start:start + 23])
            for _ in range(10):
                wire.read_prefixed(s)
        for ident in range(300, 310):
            event = self.dnsmon.wait_event(event__action="query", dns__id=str(ident))
            self.assert_fields(event, dns__question__name=f"straddle{ident}.example.test", dnsmon__decode_error=None)

    def test_answer_of_60_kib(self):
        count, text = 240, b"x" * 240

        def big(message):
            record = b"\xc0\x0c" + struct.pack("!2HIH", wire.TXT, 1, 60, len(text) + 1) + bytes([len(text)]) + text
            return wire.header(400, 0x8180, answers=count) + message[12:] + record * count
        with self.serve(big).connect() as s:
            s.send(wire.prefixed(wire.query("big.example.test", wire.TXT, 400)))
            size = len(wire.read_prefixed(s))
        self.assertGreater(size, 60_000)
        event = self.dnsmon.wait_event(event__action="response", dns__id="400")
        self.assert_fields(event, network__bytes=size, dnsmon__decode_error=None, dns__answers_count=count)
        self.assertEqual({a["data"] for a in pick(event, "dns.answers")}, {'"' + text.decode() + '"'})
        self.assertEqual(len(pick(event, "dns.answers")), count)

    def test_connection_that_was_open_before_the_daemon(self):
        server = self.serve()
        with server.connect() as s:
            s.send(wire.prefixed(wire.query("before.example.test", ident=500)))
            wire.read_prefixed(s)
            with Dnsmon() as late:
                s.send(wire.prefixed(wire.query("after.example.test", ident=501)))
                wire.read_prefixed(s)
                event = late.wait_event(event__action="query", dns__id="501")
        self.assert_fields(event, dns__question__name="after.example.test")
        self.assertIn(pick(event, "process.pid"), (os.getpid(),))


if __name__ == "__main__":
    main()
