#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A host whose addresses and devices change while it is watched: who serves at a new address is known, and a named interface
that comes back is watched again."""
import os
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import (Client, Dnsmon, EndToEndCase, Namespace, PATIENCE, Resolver, SkipCell, Veth, loopback4, main, pick,  # noqa: E402
                        wire)

MARK = os.getpid() & 0xFFFF
NET = f"10.{MARK >> 8}.{MARK & 255}"


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class NetworkCase(EndToEndCase):
    def ask(self, server, namespace=None):
        ident, message = wire.next_query("new.example.test")
        send = f"import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto({message!r}, ({server!r}, 53))"
        command = [sys.executable, "-c", send]
        subprocess.run(namespace.command(*command) if namespace else command, check=True)
        return str(ident)

    def server(self, address):
        s = self.enterContext(wire.udp_socket())
        s.setsockopt(socket.SOL_IP, 15, 1)  # IP_FREEBIND
        s.bind((address, 53))
        return s


class Addresses(NetworkCase):
    def setUp(self):
        self.elsewhere = self.enterContext(Veth())
        self.net = self.elsewhere.here.rsplit(".", 1)[0]
        self.dnsmon = self.enterContext(Dnsmon())

    def check_server(self, address):
        """Of the first query to an address that has just come, from another host."""
        ip("addr", "add", f"{address}/24", "dev", "veth-here")
        ident = self.ask(address, self.elsewhere)
        event = self.dnsmon.wait_event(event__action="query", dns__id=ident)
        self.assertIn(os.getpid(), (pick(event, "process.pid"), pick(event, "dnsmon.server_process.pid")))

    def test_a_server_at_any_address_is_known_at_a_new_one(self):
        self.server("0.0.0.0")
        self.check_server(f"{self.net}.10")

    def test_a_server_that_waited_for_its_address(self):
        self.server(f"{self.net}.11")
        self.check_server(f"{self.net}.11")

    def test_a_server_at_an_address_that_is_only_routed_here(self):
        ip("route", "add", "local", "192.0.2.0/24", "dev", "lo")
        self.addCleanup(ip, "route", "del", "local", "192.0.2.0/24", "dev", "lo")
        self.server("0.0.0.0")
        event = self.dnsmon.wait_event(event__action="query", dns__id=self.ask("192.0.2.7"))
        self.assert_fields(event, dnsmon__server_process__pid=os.getpid())


class Redirected(NetworkCase):
    """What goes to a resolver elsewhere is given to the one on this host."""

    def setUp(self):
        self.elsewhere = self.enterContext(Veth())
        self.resolver = self.enterContext(Resolver([loopback4()]))
        self.asked = self.elsewhere.there
        nft = subprocess.run(["nft", f"table ip moved {{ chain out {{ type nat hook output priority -100; ip daddr {self.asked} "
                              f"meta l4proto {{ tcp, udp }} th dport 53 dnat to {self.resolver.address4}:53; }}; }}"],
                             capture_output=True, text=True, check=False)
        if nft.returncode:
            raise SkipCell(f"no address translation here: {nft.stderr}")
        self.addCleanup(subprocess.run, ["nft", "delete", "table", "ip", "moved"], check=True)
        self.dnsmon = self.enterContext(Dnsmon())

    def check(self, ident, client):
        for action in ("query", "response"):
            event = self.dnsmon.wait_event(event__action=action, dns__id=ident)
            self.assert_fields(event, process__pid=client, dnsmon__server_process__pid=self.resolver.process.pid,
                               dnsmon__unsolicited=None)
        self.assertGreater(pick(event, "event.duration"), 0)

    def test_client_and_server_are_named_on_both_and_the_answer_is_paired(self):
        for words in ([], ["+tcp"]):
            with self.subTest(words=words):
                client = Client("dig", "+tries=1", f"@{self.asked}", "www.example.test", *words)
                ident = pick(self.dnsmon.wait_event(event__action="query", process__pid=client.pid), "dns.id")
                self.check(ident, client.pid)

    def test_a_client_that_is_not_connected(self):
        ident, message = wire.next_query("www.example.test")
        with wire.udp_socket(seconds=5 * PATIENCE) as s:
            s.sendto(message, (self.asked, 53))
            s.recv(4096)
        self.check(str(ident), os.getpid())


class NamedInterfaces(NetworkCase):
    def make(self):
        ip("link", "add", "near", "type", "veth", "peer", "name", "far", "netns", self.elsewhere.name)
        ip("addr", "add", f"{NET}.1/24", "dev", "near")
        ip("link", "set", "near", "up")
        self.elsewhere.inside("link", "set", "far", "up")
        ip("neigh", "add", f"{NET}.2", "lladdr", "02:00:00:00:00:01", "dev", "near")

    def setUp(self):
        self.elsewhere = self.enterContext(Namespace())
        self.make()
        self.addCleanup(ip, "link", "del", "near")

    def monitor(self, *interfaces):
        return self.enterContext(Dnsmon({"capture": {"interfaces": list(interfaces)}}))

    def seen(self, dnsmon):
        return dnsmon.wait_event(event__action="query", dns__id=self.ask(f"{NET}.2"))

    def wait_until_watched(self, dnsmon, times):
        end = time.monotonic() + 5 * PATIENCE
        while dnsmon.log.count("interface near is another device now and watched again") < times:
            self.assertLess(time.monotonic(), end, dnsmon.log)
            time.sleep(0.01)

    def test_one_that_is_deleted_and_made_again(self):
        dnsmon = self.monitor("near")
        self.seen(dnsmon)
        for again in range(1, 4):
            ip("link", "del", "near")
            self.make()
            self.wait_until_watched(dnsmon, again)
            self.seen(dnsmon)

    def test_one_that_is_renamed_is_still_watched(self):
        dnsmon = self.monitor("near")
        ip("link", "set", "near", "down")
        ip("link", "set", "near", "name", "nearer")
        ip("link", "set", "nearer", "up")
        ip("neigh", "add", f"{NET}.2", "lladdr", "02:00:00:00:00:01", "dev", "nearer")
        self.seen(dnsmon)
        ip("link", "set", "nearer", "down")
        ip("link", "set", "nearer", "name", "near")

    def test_one_that_is_named_twice_is_watched_once(self):
        ip("link", "property", "add", "dev", "near", "altname", "alternative")
        dnsmon = self.monitor("near", "alternative", "near")
        ident = self.ask(f"{NET}.2")
        self.seen(dnsmon)
        dnsmon.stop()
        self.assertEqual(len(dnsmon.events(event__action="query", dns__id=ident)), 1)


if __name__ == "__main__":
    main()
