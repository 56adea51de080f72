#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Packets that do not leave the way a socket's usually do: made by hand with another process's addresses, or waiting for
a neighbour's address while another process sends on the same socket."""
import os
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import (Child, Dnsmon, EndToEndCase, HOOKS_BY_COOKIE, HOOKS_KNOW_FLOWS, Namespace, PATIENCE, Veth,  # noqa: E402
                        loopback4, main, pick, wire)

NAME = "www.example.test"


class ForgedCase(EndToEndCase):
    def setUp(self):
        if HOOKS_KNOW_FLOWS or HOOKS_BY_COOKIE:
            self.skipTest("only hooks at the packet's egress can tell")
        self.dnsmon = self.enterContext(Dnsmon())

    def child(self, work):
        child = Child(work)
        self.addCleanup(child.end)
        return child

    def pid_of(self, ident):
        return pick(self.dnsmon.wait_event(event__action="query", dns__id=str(ident)), "process.pid")


class Forged(ForgedCase):
    def setUp(self):
        super().setUp()
        self.server = (loopback4(), 53)
        self.listener = self.enterContext(wire.udp_socket(seconds=20 * PATIENCE))
        self.listener.bind(self.server)
        self.victim = self.enterContext(wire.udp_socket(seconds=20 * PATIENCE))
        self.victim.bind((loopback4(), 0))
        self.victim.connect(self.server)
        self.owner = self.child(self.victim.send)

    def ask_as_owner(self):
        ident, message = wire.next_query(NAME)
        self.owner.tell(message)
        self.assertEqual(self.pid_of(ident), self.owner.pid)

    def forge_and_check(self, send, wanted):
        """With the addresses of a socket that has sent, in both directions; it goes on being its owner's."""
        self.ask_as_owner()
        ident, message = wire.next_query(NAME)
        send(wire.ip_udp(self.victim.getsockname(), self.server, message))
        event = self.dnsmon.wait_event(event__action="query", dns__id=str(ident))
        if wanted:
            self.assert_fields(event, process__pid=wanted, dnsmon__attribution="exact")
        else:  # of the ends only the server is known
            self.assert_fields(event, process__pid=os.getpid(), dnsmon__attribution="listener", dnsmon__server_process=None)
        ident, message = wire.next_query(NAME)
        send(wire.ip_udp(self.server, self.victim.getsockname(), wire.answer_to(message, "192.0.2.66")))
        event = self.dnsmon.wait_event(event__action="response", dns__id=str(ident))
        self.assertIn(pick(event, "dnsmon.server_process.pid"), (None, wanted))
        self.ask_as_owner()

    def test_a_packet_socket_is_nobodys(self):
        with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as s:
            self.forge_and_check(lambda packet: s.sendto(packet, ("lo", wire.ETH_P_IP)), None)

    def test_a_raw_socket_is_its_owners(self):
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as s:
            self.forge_and_check(lambda packet: s.sendto(packet, (socket.inet_ntoa(packet[16:20]), 0)), os.getpid())
        # Nor does it take the port: the next query reaches the server that is bound there.
        ident, message = wire.next_query(NAME)
        self.owner.tell(message)
        event = self.dnsmon.wait_event(event__action="query", dns__id=str(ident))
        self.assert_fields(event, process__pid=self.owner.pid, dnsmon__server_process__pid=os.getpid())


class Delayed(ForgedCase):
    def test_packets_that_wait_for_a_neighbour_keep_their_senders(self):
        self.check_delayed(0)

    def test_packets_that_wait_keep_their_senders_beside_a_load(self):
        self.check_delayed(5000)  # more than there are slots

    def load(self, packets):
        """Here, and in another network namespace, where nobody captures them."""
        send = (f"import socket; listener, client = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)); "
                f"listener.bind(('{loopback4()}', 53)); client.connect(listener.getsockname()); "
                f"[(client.send(i.to_bytes(2, 'big') + {wire.query(NAME)[2:]!r}), listener.recv(512)) for i in range({packets})]")
        with Namespace() as other:
            for command in ([sys.executable, "-c", send], other.command(sys.executable, "-c", send)):
                subprocess.run(command, check=True)

    def check_delayed(self, packets):
        with Veth() as veth:
            there = ["ip", "-n", veth.name, "addr"]
            subprocess.run([*there, "flush", "dev", "veth-there"], check=True)  # nobody answers ARP
            with wire.udp_socket() as s:
                s.connect((veth.there, 53))
                heir = self.child(s.send)
                truth = {}
                for _ in range(10):
                    (mine, message), (its, its_message) = wire.next_query(NAME), wire.next_query(NAME)
                    s.send(message)
                    heir.tell(its_message)
                    truth |= {mine: os.getpid(), its: heir.pid}
                self.load(packets)
                subprocess.run([*there, "add", f"{veth.there}/24", "dev", "veth-there"], check=True)
                self.assertEqual({ident: self.pid_of(ident) for ident in truth}, truth)


if __name__ == "__main__":
    main()
