#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""capture.detect: any-port: DNS on ports that nobody listed, with the right process, and nothing else."""
import os
import random
import socket
import struct
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Dnsmon, EndToEndCase, PATIENCE, in_child, loopback4, main, pick, wire  # noqa: E402

QUIC = bytes.fromhex("c3ff00001d0888") + bytes(range(200))
STUN = bytes.fromhex("000100002112a442") + bytes(range(12))
NTP = bytes.fromhex("230306ec00000b2c0000045ac0248003") + bytes(32)
SNMP = bytes.fromhex("302902010104067075626c6963a01c0204565a4d5e020100020100300e300c06082b060102010101000500")
NBNS = (struct.pack("!6H", 0x8001, 0x0110, 1, 0, 0, 0) + b"\x20" + b"FEEFFDFEEFFDFEEFFDFEEFFDCACACACA" + b"\0"
        + struct.pack("!2H", 0x20, 1))
RTP = struct.pack("!2BHII", 0x80, 0, 7, 160, 0x1234) + bytes([0xd5]) * 160
WIREGUARD = b"\x01\0\0\0" + bytes(range(144))
BITTORRENT = b"d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"


class AnyPort(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.dnsmon = cls.enterClassContext(Dnsmon({"capture": {"detect": "any-port"}}))
        cls.address = loopback4()

    def udp_server(self):
        """Bound to a port of the kernel's choice."""
        server = self.enterContext(wire.udp_socket())
        server.bind((self.address, 0))
        return server, server.getsockname()

    def test_udp_with_the_processes_of_both_ends(self):
        server, where = self.udp_server()

        def ask():
            with wire.udp_socket() as client:
                client.sendto(wire.query("udp.anyport.test", ident=1), where)
                client.recv(512)
        answerer = threading.Thread(target=lambda: [server.sendto(wire.answer_to(m, "192.0.2.1"), peer)
                                                    for m, peer in [server.recvfrom(512)]])
        answerer.start()
        child = in_child(ask)
        answerer.join(10 * PATIENCE)
        query = self.dnsmon.wait_event(event__action="query", dns__id="1")
        self.assert_fields(query, dns__question__name="udp.anyport.test", dnsmon__detected="heuristic",
                           destination__port=where[1], process__pid=child,
                           dnsmon__server_process__pid=os.getpid())
        response = self.dnsmon.wait_event(event__action="response", dns__id="1")
        self.assert_fields(response, dnsmon__detected="heuristic", process__pid=child, dnsmon__unsolicited=None,
                           dnsmon__server_process__pid=os.getpid())

    def test_tcp_also_where_a_message_takes_several_segments(self):
        listener = self.enterContext(socket.create_server((self.address, 0)))
        text = b"x" * 250
        count = 40
        record = b"\xc0\x0c" + struct.pack("!2HIH", wire.TXT, 1, 60, len(text) + 1) + bytes([len(text)]) + text

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                message = wire.read_prefixed(connection)
                answer = wire.prefixed(wire.header(2, 0x8180, answers=count) + message[12:] + record * count)
                for start in range(0, len(answer), 1000):
                    connection.send(answer[start:start + 1000])
        server = threading.Thread(target=serve)
        server.start()

        def ask():
            with socket.create_connection(listener.getsockname(), 20 * PATIENCE) as client:
                client.sendall(wire.prefixed(wire.query("tcp.anyport.test", wire.TXT, 2)))
                wire.read_prefixed(client)
        child = in_child(ask)
        server.join(10 * PATIENCE)
        query = self.dnsmon.wait_event(event__action="query", dns__id="2")
        self.assert_fields(query, network__transport="tcp", dnsmon__detected="heuristic", process__pid=child,
                           dns__question__name="tcp.anyport.test")
        response = self.dnsmon.wait_event(event__action="response", dns__id="2")
        self.assert_fields(response, dns__answers_count=count, dnsmon__decode_error=None, process__pid=child,
                           dnsmon__detected="heuristic", dnsmon__server_process__pid=os.getpid())
        self.assertEqual(len(pick(response, "dns.answers")), count)

    def test_other_protocols_give_no_event(self):
        server, where = self.udp_server()
        generator = random.Random(21)
        others = [QUIC, STUN, NTP, SNMP, NBNS, RTP, WIREGUARD, BITTORRENT]
        others += [generator.randbytes(generator.randrange(1, 600)) for _ in range(5000)]
        with wire.udp_socket() as client:
            for payload in others:
                client.sendto(payload, where)
            client.sendto(wire.query("last.anyport.test", ident=3), where)
        self.dnsmon.wait_event(event__action="query", dns__id="3")
        strangers = [e for e in self.dnsmon.events() if pick(e, "destination.port") == where[1]]
        self.assertEqual([pick(e, "dns.question.name") for e in strangers], ["last.anyport.test"])

    def test_a_stream_of_another_protocol_gives_no_event(self):
        listener = self.enterContext(socket.create_server((self.address, 0)))
        with socket.create_connection(listener.getsockname(), 20 * PATIENCE) as client:
            connection, _ = listener.accept()
            with connection:
                client.sendall(b"GET / HTTP/1.1\r\nHost: example.test\r\n\r\n")
                connection.sendall(bytes.fromhex("160301020001") + bytes(range(256)) * 8)
        with wire.udp_socket() as last:
            last.sendto(wire.query("after.anyport.test", ident=4), (self.address, 4242))
        self.dnsmon.wait_event(event__action="query", dns__id="4")
        port = listener.getsockname()[1]
        self.assertFalse([e for e in self.dnsmon.events()
                          if port in (pick(e, "destination.port"), pick(e, "source.port"))])


if __name__ == "__main__":
    main()
