#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The books: what the kernel handed over is what was written, filtered or dropped, to the message."""
import os
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, Resolver, main, pick, wire  # noqa: E402


class Statistics(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.resolver = cls.enterClassContext(Resolver())

    def ask(self, count):
        wire.ask(self.resolver.address4, count)

    def last(self, dnsmon):
        return pick(dnsmon.notices("stats")[-1], "dnsmon.stats")

    def test_books_balance_to_the_message(self):
        with Dnsmon({"filter": {"queries": False}}) as dnsmon:
            self.ask(500)
            Client("dig", "+tcp", f"@{self.resolver.address4}", "many.example.test")
        stats = self.last(dnsmon)
        events = stats["events"]
        self.assertTrue(events["balanced"], stats)
        self.assertEqual(events["submitted"], events["written"] + events["filtered"] + events["dropped"], stats)
        self.assertEqual(stats["kernel"]["submitted"], stats["counters"]["packets_received"])
        self.assertEqual(stats["kernel"]["matched"], stats["kernel"]["submitted"] + stats["kernel"]["ring_full"])
        self.assertEqual((stats["kernel"]["ring_full"], events["dropped"], events["in_flight"]), (0, 0, 0))
        self.assertEqual(stats["counters"]["messages_found"], 2 * 501)
        self.assertEqual(events["filtered"], 501)
        self.assertEqual(len(dnsmon.events(event__action="response")), 501)
        # The books were closed before the line that tells of them was written.
        self.assertIn(len(dnsmon.lines) - events["written"], (0, 1))

    def test_a_packet_of_several_messages_counts_once_and_the_books_balance(self):
        with Dnsmon() as dnsmon, wire.udp_socket() as s:
            messages = [wire.query("www.example.test", ident=i) for i in range(1, 11)]
            s.connect((self.resolver.address4, 53))
            s.sendmsg([b"".join(messages)], [(socket.IPPROTO_UDP, 103, struct.pack("=H", len(messages[0])))])  # UDP_SEGMENT
            for _ in messages:
                s.recv(65535)
        stats = self.last(dnsmon)
        self.assertTrue(stats["events"]["balanced"], stats)
        self.assertEqual(stats["counters"]["messages_found"], 20, stats)
        # Older kernels (5.10) cut the packet before it reaches the loopback device.
        self.assertIn(stats["counters"]["packets_message"], (11, 20), stats)

    def test_statistics_come_at_every_interval_and_at_stop(self):
        with Dnsmon({"stats": {"interval": "100ms"}}) as dnsmon:
            for _ in range(3):
                seen = len(dnsmon.notices("stats"))
                dnsmon.wait_line(lambda line, n=seen: len(dnsmon.notices("stats")) > n)
            before = len(dnsmon.notices("stats"))
        self.assertGreater(len(dnsmon.notices("stats")), before)
        for notice in dnsmon.notices("stats"):
            self.assertTrue(pick(notice, "dnsmon.stats.events.balanced") is not None)
            self.assertTrue(pick(notice, "message"))

    def test_dns_and_other_traffic_are_told_apart(self):
        with Dnsmon() as dnsmon:
            with wire.udp_socket() as other, wire.udp_socket() as s:
                other.bind((self.resolver.address4, 5300))
                for _ in range(100):
                    s.sendto(b"not for us", (self.resolver.address4, 5300))
            self.ask(10)
        kernel = self.last(dnsmon)["kernel"]
        self.assertGreaterEqual(kernel["seen"], 120)
        self.assertEqual((kernel["matched"], kernel["no_owner"]), (20, 0))


if __name__ == "__main__":
    main()
