#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What was said: record types, response codes, sections, pairing, compared with what dig was told."""
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, Resolver, loopback4, main, pick, wire  # noqa: E402


class Answers(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.resolver = cls.enterClassContext(Resolver())
        cls.dnsmon = cls.enterClassContext(Dnsmon({"pairing": {"timeout": "300ms"}}))

    def dig(self, *words):
        """(dig's own answer section as (name, ttl, class, type, data), query event, response event)"""
        client = Client("dig", "+tries=1", "+noall", "+answer", f"@{self.resolver.address4}", *words)
        lines = [line.split(None, 4) for line in client.output.splitlines() if line and not line.startswith(";")]
        return (lines, self.dnsmon.wait_event(event__action="query", process__pid=client.pid),
                self.dnsmon.wait_event(event__action="response", process__pid=client.pid))

    def test_every_type_reads_as_dig_prints_it(self):
        for words in (["www.example.test", "A"], ["www.example.test", "AAAA"], ["alias.example.test", "CNAME"],
                      ["mail.example.test", "MX"], ["text.example.test", "TXT"], ["_sip._tcp.example.test", "SRV"],
                      ["-x", "192.0.2.1"]):
            with self.subTest(asked=words):
                lines, query, response = self.dig(*words)
                self.assertTrue(lines)
                told = [(n.rstrip("."), t, k, d.rstrip(".")) for n, _, k, t, d in lines]
                logged = [(a["name"], a["type"], a["class"], a["data"]) for a in pick(response, "dns.answers")]
                self.assertEqual(logged, told)
                self.assertEqual([a["ttl"] for a in pick(response, "dns.answers")], [int(line[1]) for line in lines])
                self.assert_fields(query, dns__answers=None, dns__question__type=told[0][1])

    def test_name_that_does_not_exist(self):
        lines, _, response = self.dig("nowhere.example.test")
        self.assertEqual(lines, [])
        self.assert_fields(response, dns__response_code="NXDOMAIN", dns__answers=None, dns__resolved_ip=None)

    def test_240_records_are_one_event(self):
        lines, _, response = self.dig("+tcp", "many.example.test")
        self.assertEqual(len(lines), 240)
        self.assertEqual(len(pick(response, "dns.answers")), 240)
        self.assert_fields(response, dns__answers_count=240)
        self.assertEqual({a["data"] for a in pick(response, "dns.answers")}, {line[4] for line in lines})

    def test_truncated_answer_and_its_repetition_over_tcp(self):
        client = Client("dig", "+bufsize=512", f"@{self.resolver.address4}", "many.example.test")
        cut = self.dnsmon.wait_event(event__action="response", process__pid=client.pid, network__transport="udp")
        whole = self.dnsmon.wait_event(event__action="response", process__pid=client.pid, network__transport="tcp")
        self.assertIn("TC", pick(cut, "dns.header_flags"))
        self.assertEqual(len(pick(whole, "dns.answers")), 240)

    def test_edns_and_header(self):
        _, query, response = self.dig("+bufsize=1432", "+dnssec", "+nocookie", "www.example.test")
        self.assert_fields(query, dns__opt__udp_size=1432, dns__opt__do=True, dns__opt__version="0",
                           dns__additionals_count=1)
        self.assertIn("RD", pick(query, "dns.header_flags"))
        self.assertIn("RA", pick(response, "dns.header_flags"))
        self.assertEqual(pick(response, "dns.question.registered_domain"), "example.test")

    def test_response_carries_how_long_it_took(self):
        _, query, response = self.dig("www.example.test")
        self.assert_fields(query, event__duration=None)
        self.assertTrue(0 < pick(response, "event.duration") < 10_000_000_000)
        self.assertGreater(pick(response, "event.sequence"), pick(query, "event.sequence"))

    def test_query_without_an_answer_becomes_a_timeout(self):
        address = loopback4()
        with wire.udp_socket() as silent, wire.udp_socket() as client:
            silent.bind((address, 53))
            client.sendto(wire.query("silent.example.test", ident=4242), (address, 53))
            client.sendto(wire.query("silent.example.test", ident=4242), (address, 53))
            timeout = self.dnsmon.wait_event(event__action="timeout", dns__id="4242")
        self.assert_fields(timeout, dns__question__name="silent.example.test", process__pid=os.getpid(),
                           dnsmon__retransmits=1)
        self.assertGreaterEqual(pick(timeout, "event.duration"), 300_000_000)
        self.assertEqual(len(self.dnsmon.events(dns__id="4242", event__action="timeout")), 1)

    def test_late_pairs_are_joined_by_id_and_question(self):
        address, count = loopback4(), 50
        with wire.udp_socket() as server, wire.udp_socket() as client:
            server.bind((address, 53))
            for ident in range(count):
                client.sendto(wire.query(f"n{ident}.example.test", ident=5000 + ident), (address, 53))
            asked = [server.recvfrom(65535) for _ in range(count)]
            for message, peer in reversed(asked):  # the last asked is answered first
                server.sendto(wire.answer_to(message, "192.0.2.7"), peer)
        for ident in range(count):
            response = self.dnsmon.wait_event(event__action="response", dns__id=str(5000 + ident))
            self.assert_fields(response, dns__question__name=f"n{ident}.example.test")
            self.assertIsNotNone(pick(response, "event.duration"))


if __name__ == "__main__":
    main()
