#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who looked up what, how: real clients of every kind, each event compared with what the client really did.

Runs natively and in the virtual machines with each flavour of owner hooks (DNSMON_TEST_HOOKS): the truth is the same.
"""
import os
import pwd
import shutil
import socket
import struct
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import (HAS_IPV6, Client, Dnsmon, EndToEndCase, HOOKS_BY_COOKIE, PATIENCE, Resolver, Veth, as_user,  # noqa: E402
                        in_child, loopback4, main, pick, wire)

NAME = "www.example.test"
ANSWERS = {"A": "192.0.2.1", "AAAA": "2001:db8::1"}
NOBODY = 65534
UDP_SEGMENT = 103


needs_ipv6 = unittest.skipUnless(HAS_IPV6, "IPv6 is switched off (ipv6.disable=1)")


def read_proc(what):
    with open(f"/proc/self/{what}", "rb") as f:
        return f.read().decode()


class Lookups(EndToEndCase):
    ident = 1000

    @classmethod
    def setUpClass(cls):
        cls.dnsmon = cls.enterClassContext(Dnsmon())  # before the resolver: it sees the resolver bind
        cls.resolver = cls.enterClassContext(Resolver())
        cls.resolver.become_system_resolver()

    @classmethod
    def next_ident(cls):
        Lookups.ident += 1
        return Lookups.ident

    # What an event of a program run to its end must say.
    def check_client(self, client, server, transport, qtype="A", name=None):
        common = {"process__pid": client.pid, "dns__question__type": qtype, "network__transport": transport}
        query = self.dnsmon.wait_event(event__action="query", **common)
        response = self.dnsmon.wait_event(event__action="response", **common)
        self.check_exchange(query, response, server, transport, qtype)
        for event in (query, response):
            self.assert_fields(event, process__name=name or client.name, user__id="0", user__name="root", group__id="0")
            # A client may be gone before /proc is read: then the fields are absent, never wrong.
            self.assertIn(pick(event, "process.executable"), (None, client.executable))
            self.assertIn(pick(event, "process.command_line"), (None, client.command_line))

    def check_exchange(self, query, response, server, transport, qtype="A", name=NAME):
        kind = "ipv6" if ":" in server else "ipv4"
        common = {"event__kind": "event", "network__transport": transport, "network__type": kind,
                  "network__protocol": "dns", "dns__question__name": name, "dns__question__type": qtype,
                  "dns__question__class": "IN", "dns__op_code": "QUERY"}
        self.assert_fields(query, dns__type="query", destination__ip=server, destination__port=53, **common)
        self.assert_fields(response, dns__type="answer", source__ip=server, source__port=53,
                           dns__response_code="NOERROR", **common)
        for event in (query, response):  # on loopback every message both leaves and arrives
            self.assertEqual([pick(side, "interface.name") for side in event["observer"].values()], ["lo"])
        self.assertEqual(pick(query, "source.ip"), pick(response, "destination.ip"))
        self.assertEqual(pick(query, "source.port"), pick(response, "destination.port"))
        self.assertEqual(pick(query, "dns.id"), pick(response, "dns.id"))
        answers = [{k: a[k] for k in ("name", "type", "class", "data")} for a in pick(response, "dns.answers", [])]
        self.assertEqual(answers, [{"name": name, "type": qtype, "class": "IN", "data": ANSWERS[qtype]}])
        self.assertTrue(0 < pick(response, "dns.answers")[0]["ttl"] <= 300)
        self.assertEqual(pick(response, "dns.resolved_ip"), [ANSWERS[qtype]])

    # What an event of this very program, or of a child that it forked, must say.
    def check_own(self, ident, server, transport, pid=None, uid=0, qtype="A"):
        common = {"dns__id": str(ident), "network__transport": transport}
        query = self.dnsmon.wait_event(event__action="query", **common)
        response = self.dnsmon.wait_event(event__action="response", **common)
        self.check_exchange(query, response, server, transport, qtype)
        for event in (query, response):
            self.assert_fields(event, process__pid=pid or os.getpid(), process__name=read_proc("comm").strip(),
                               user__id=str(uid), user__name=pwd.getpwuid(uid).pw_name)
            if pid is None:
                self.assert_fields(event, process__executable=os.readlink("/proc/self/exe"),
                                   process__command_line=" ".join(read_proc("cmdline").split("\0")[:-1]))
        return query, response

    def ask(self, send, ident, family=socket.AF_INET, connect=None):
        """send(socket, message) over a fresh UDP socket; waits for the answer."""
        with wire.udp_socket(family, 20 * PATIENCE) as s:
            if connect:
                s.connect(connect)
            send(s, wire.query(NAME, ident=ident))
            self.assertEqual(s.recv(65535)[:2], ident.to_bytes(2, "big"))

    def test_dig_over_udp(self):
        client = Client("dig", "+tries=1", f"@{self.resolver.address4}", NAME)
        self.check_client(client, self.resolver.address4, "udp")

    def test_dig_is_the_process_not_its_thread(self):
        client = Client("dig", "+tries=1", f"@{self.resolver.address4}", NAME)
        event = self.dnsmon.wait_event(event__action="query", process__pid=client.pid)
        self.assert_fields(event, process__name="dig")
        # BIND's network manager sends: on threads of its own, from 9.20 on (Debian 13) on the first.
        if pick(event, "process.thread.id") == client.pid:
            self.assert_fields(event, process__thread__name="dig")
        else:
            self.assertTrue(pick(event, "process.thread.name").startswith("isc-"), event)

    def test_dig_over_tcp(self):
        client = Client("dig", "+tcp", "+tries=1", f"@{self.resolver.address4}", NAME)
        self.check_client(client, self.resolver.address4, "tcp")

    @needs_ipv6
    def test_dig_over_udp_on_ipv6(self):
        client = Client("dig", "+tries=1", f"@{self.resolver.address6}", NAME, "AAAA")
        self.check_client(client, self.resolver.address6, "udp", "AAAA")

    @needs_ipv6
    def test_dig_over_tcp_on_ipv6(self):
        client = Client("dig", "+tcp", "+tries=1", f"@{self.resolver.address6}", NAME, "AAAA")
        self.check_client(client, self.resolver.address6, "tcp", "AAAA")

    def test_kdig(self):
        if not shutil.which("kdig"):
            self.skipTest("kdig is not installed")
        for words, transport in (([], "udp"), (["+tcp"], "tcp")):
            client = Client("kdig", *words, f"@{self.resolver.address4}", NAME)
            self.check_client(client, self.resolver.address4, transport)

    def test_getaddrinfo_asks_for_both_families(self):
        client = Client(sys.executable, "-c", f"import socket; socket.getaddrinfo('{NAME}', 53)")
        for qtype in ("A", "AAAA"):
            self.check_client(client, self.resolver.address4, "udp", qtype)

    def test_gethostbyname(self):
        client = Client("getent", "hosts", NAME)
        self.assertIn(ANSWERS["AAAA"], client.output)
        self.check_client(client, self.resolver.address4, "udp", "AAAA")

    def test_unconnected_socket(self):
        ident = self.next_ident()
        self.ask(lambda s, m: s.sendto(m, (self.resolver.address4, 53)), ident)
        self.check_own(ident, self.resolver.address4, "udp")

    def test_sendmsg_with_a_destination(self):
        ident = self.next_ident()
        self.ask(lambda s, m: s.sendmsg([m[:5], m[5:]], [], 0, (self.resolver.address4, 53)), ident)
        self.check_own(ident, self.resolver.address4, "udp")

    def test_connected_socket(self):
        ident = self.next_ident()
        self.ask(lambda s, m: s.send(m), ident, connect=(self.resolver.address4, 53))
        self.check_own(ident, self.resolver.address4, "udp")

    @needs_ipv6
    def test_unconnected_ipv6_socket(self):
        ident = self.next_ident()
        self.ask(lambda s, m: s.sendto(m, (self.resolver.address6, 53)), ident, socket.AF_INET6)
        self.check_own(ident, self.resolver.address6, "udp")

    @needs_ipv6
    def test_ipv4_mapped_address_on_an_ipv6_socket(self):
        for connect in (None, ("::ffff:" + self.resolver.address4, 53)):
            with self.subTest(connected=bool(connect)):
                ident = self.next_ident()
                send = (lambda s, m: s.send(m)) if connect else (
                    lambda s, m: s.sendto(m, ("::ffff:" + self.resolver.address4, 53)))
                self.ask(send, ident, socket.AF_INET6, connect)
                self.check_own(ident, self.resolver.address4, "udp")

    def test_tcp_length_prefix_sent_alone(self):
        ident = self.next_ident()
        message = wire.prefixed(wire.query(NAME, ident=ident))
        with socket.create_connection((self.resolver.address4, 53), 20 * PATIENCE) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            s.send(message[:2])
            s.send(message[2:7])
            s.send(message[7:])
            wire.read_prefixed(s)
        self.check_own(ident, self.resolver.address4, "tcp")

    def test_two_messages_in_one_tcp_segment(self):
        idents = [self.next_ident(), self.next_ident()]
        with socket.create_connection((self.resolver.address4, 53), 20 * PATIENCE) as s:
            s.send(b"".join(wire.prefixed(wire.query(NAME, ident=i)) for i in idents))
            for _ in idents:
                wire.read_prefixed(s)
        for ident in idents:
            self.check_own(ident, self.resolver.address4, "tcp")

    def check_segments(self, address):
        """Several messages in one send call (UDP_SEGMENT): one event each, in order; the last one is shorter."""
        names = ["a.example.test"] * 3 + ["b.test"]
        idents = [self.next_ident() for _ in names]
        messages = [wire.query(name, ident=i) for name, i in zip(names, idents)]
        with wire.udp_socket(seconds=20 * PATIENCE) as s:
            s.connect((address, 53))
            s.sendmsg([b"".join(messages)], [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("=H", len(messages[0])))])
            self.assertEqual(len({s.recv(65535)[:2] for _ in idents}), len(idents), "the kernel sent something else")
        sequence = []
        for name, ident, message in zip(names, idents, messages):
            event = self.dnsmon.wait_event(event__action="query", dns__id=str(ident))
            self.assert_fields(event, process__pid=os.getpid(), dns__question__name=name, network__bytes=len(message),
                               dnsmon__decode_error=None)
            self.dnsmon.wait_event(event__action="response", dns__id=str(ident), process__pid=os.getpid())
            self.assertEqual(len(self.dnsmon.events(event__action="query", dns__id=str(ident))), 1)
            sequence.append(pick(event, "event.sequence"))
        self.assertEqual(sequence, sorted(sequence))

    def test_messages_that_leave_as_segments_of_one_packet_are_an_event_each(self):
        self.check_segments(self.resolver.address4)
        with Veth() as host, Resolver([host.there], host.command):
            self.check_segments(host.there)

    def test_client_that_exits_at_once(self):
        ident = self.next_ident()

        def send_and_vanish():
            with wire.udp_socket() as s:
                s.sendto(wire.query(NAME, ident=ident), (self.resolver.address4, 53))
        pid = in_child(send_and_vanish)
        query = self.dnsmon.wait_event(event__action="query", dns__id=str(ident))
        self.assert_fields(query, process__pid=pid, process__name=read_proc("comm").strip(), user__id="0")

    def test_client_of_another_user(self):
        ident = self.next_ident()
        pid = as_user(NOBODY, lambda: self.ask(lambda s, m: s.sendto(m, (self.resolver.address4, 53)), ident))
        self.check_own(ident, self.resolver.address4, "udp", pid, NOBODY)

    def test_child_that_opens_its_own_socket(self):
        ident = self.next_ident()
        pid = in_child(lambda: self.ask(lambda s, m: s.sendto(m, (self.resolver.address4, 53)), ident))
        self.check_own(ident, self.resolver.address4, "udp", pid)

    def test_child_that_sends_on_an_inherited_unconnected_socket(self):
        ident = self.next_ident()
        with wire.udp_socket() as s:
            # The parent has sent on it before: the child's send changes the owner.
            first = self.next_ident()
            s.sendto(wire.query(NAME, ident=first), (self.resolver.address4, 53))
            s.recv(65535)
            pid = in_child(lambda: (s.sendto(wire.query(NAME, ident=ident), (self.resolver.address4, 53)), s.recv(65535)))
        self.check_own(first, self.resolver.address4, "udp")
        self.check_own(ident, self.resolver.address4, "udp", pid)

    def test_child_that_sends_on_an_inherited_connected_socket(self):
        if HOOKS_BY_COOKIE:
            self.skipTest("cgroup hooks see connect, not send, before Linux 6.1")
        ident = self.next_ident()
        with wire.udp_socket() as s:
            s.connect((self.resolver.address4, 53))
            pid = in_child(lambda: (s.send(wire.query(NAME, ident=ident)), s.recv(65535)))
        self.check_own(ident, self.resolver.address4, "udp", pid)

    def test_server_is_known_on_its_first_query(self):
        ident, address = self.next_ident(), loopback4()
        with wire.udp_socket(seconds=20 * PATIENCE) as server:
            server.bind((address, 53))

            def send_and_wait_for_the_server():
                with wire.udp_socket(seconds=20 * PATIENCE) as s:
                    s.sendto(wire.query(NAME, ident=ident), (address, 53))
            pid = in_child(send_and_wait_for_the_server)
            server.recv(65535)  # and never answers
            query = self.dnsmon.wait_event(event__action="query", dns__id=str(ident))
        self.assert_fields(query, process__pid=pid, dnsmon__server_process__pid=os.getpid(),
                           dnsmon__server_process__name=read_proc("comm").strip())

    def test_both_ends_are_named_in_one_event_for_one_message(self):
        ident = self.next_ident()
        self.ask(lambda s, m: s.sendto(m, (self.resolver.address4, 53)), ident)
        for event in self.check_own(ident, self.resolver.address4, "udp"):
            self.assert_fields(event, dnsmon__server_process__pid=self.resolver.process.pid,
                               dnsmon__server_process__name="unbound")
        self.assertEqual(len(self.dnsmon.events(dns__id=str(ident))), 2, "the loopback packet was logged twice")

    def test_direction_to_another_namespace(self):
        with Veth() as host, Resolver([host.there], host.command) as resolver:
            client = Client("dig", "+tries=1", f"@{host.there}", NAME)
            query = self.dnsmon.wait_event(event__action="query", process__pid=client.pid)
            response = self.dnsmon.wait_event(event__action="response", process__pid=client.pid)
        self.assert_fields(query, network__direction="egress", source__ip=host.here, destination__ip=host.there,
                           observer__egress__interface__name="veth-here")
        self.assert_fields(response, network__direction="ingress", source__ip=host.there, destination__ip=host.here,
                           observer__ingress__interface__name="veth-here")
        if not HOOKS_BY_COOKIE:
            self.assert_fields(query, dnsmon__server_process__pid=resolver.process.pid)  # a process of this host all the same

    @classmethod
    def tearDownClass(cls):
        lines = cls.dnsmon.lines
        case = EndToEndCase()
        try:
            case.assert_ecs(lines)
        except unittest.SkipTest:
            pass


if __name__ == "__main__":
    main()
