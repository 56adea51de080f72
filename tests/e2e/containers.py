#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A message that crosses this host is one event: a client in a network namespace of its own behind veth, bridge and
address translation, as containers have it, and a server there that is reached the same way."""
import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Dnsmon, EndToEndCase, Resolver, SkipCell, main, pick  # noqa: E402

NAME = "www.example.test"
MARK = os.getpid() & 0xFFFF
INSIDE = f"10.{MARK >> 8}.{MARK & 255}"  # the owners map is one for the whole machine
OUTSIDE = f"172.{16 + (MARK & 15)}.{MARK >> 8}"
CLIENT = f"dnsmon-client-{os.getpid()}"
WORLD = f"dnsmon-world-{os.getpid()}"

RULES = f"""
table ip nat {{
  chain post {{
    type nat hook postrouting priority 100
    oifname "uplink" masquerade
  }}
  chain pre {{
    type nat hook prerouting priority -100
    iifname "uplink" udp dport 53 dnat to {INSIDE}.2
    iifname "uplink" tcp dport 53 dnat to {INSIDE}.2
  }}
}}
"""


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Containers(EndToEndCase):
    """client (veth0) - vethc - br0 - this host, translating - uplink - world (veth0)"""
    namespaces = "host"
    inside = []  # devices at either end that only capture.namespaces: all shows

    @classmethod
    def setUpClass(cls):
        for name in (CLIENT, WORLD):
            ip("netns", "add", name)
            cls.addClassCleanup(ip, "netns", "del", name)
            ip("-n", name, "link", "set", "lo", "up")
        ip("link", "add", "br0", "type", "bridge")
        cls.addClassCleanup(ip, "link", "del", "br0")
        ip("link", "add", "vethc", "type", "veth", "peer", "name", "veth0", "netns", CLIENT)
        cls.addClassCleanup(ip, "link", "del", "vethc")
        ip("link", "set", "vethc", "master", "br0", "up")
        ip("addr", "add", f"{INSIDE}.1/24", "dev", "br0")
        ip("link", "set", "br0", "up")
        ip("link", "add", "uplink", "type", "veth", "peer", "name", "veth0", "netns", WORLD)
        cls.addClassCleanup(ip, "link", "del", "uplink")
        ip("addr", "add", f"{OUTSIDE}.1/24", "dev", "uplink")
        ip("link", "set", "uplink", "up")
        for name, address in ((CLIENT, f"{INSIDE}.2"), (WORLD, f"{OUTSIDE}.2")):
            ip("-n", name, "addr", "add", f"{address}/24", "dev", "veth0")
            ip("-n", name, "link", "set", "veth0", "up")
        ip("-n", CLIENT, "route", "add", "default", "via", f"{INSIDE}.1")
        with open("/proc/sys/net/ipv4/ip_forward", "w") as f:
            f.write("1")
        if not shutil.which("nft"):
            raise SkipCell("nft is not installed")
        nft = subprocess.run(["nft", "-f", "-"], input=RULES, text=True, capture_output=True)
        if nft.returncode:
            raise SkipCell(f"no address translation here: {nft.stderr}")
        cls.addClassCleanup(subprocess.run, ["nft", "delete", "table", "ip", "nat"], check=True)
        cls.dnsmon = cls.enterClassContext(Dnsmon({"capture": {"namespaces": cls.namespaces}}))
        cls.world = cls.enterClassContext(Resolver([f"{OUTSIDE}.2"], lambda *a: ["ip", "netns", "exec", WORLD, *a]))
        cls.service = cls.enterClassContext(Resolver([f"{INSIDE}.2"], lambda *a: ["ip", "netns", "exec", CLIENT, *a]))
        # Neighbours that must be found first hold a packet for longer than a copy takes on its way.
        for namespace, server in ((CLIENT, f"{OUTSIDE}.2"), (WORLD, f"{OUTSIDE}.1")):
            subprocess.run(["ip", "netns", "exec", namespace, "dig", f"@{server}", "mail.example.test"], check=True, stdout=subprocess.DEVNULL)

    def dig(self, namespace, server, *words):
        # ip exec()s what it runs: the pid stays.
        process = subprocess.Popen(["ip", "netns", "exec", namespace, "dig", "+tries=1", f"@{server}", NAME, *words],
                                   stdout=subprocess.PIPE, text=True)
        output, _ = process.communicate(timeout=60)
        self.assertIn("192.0.2.1", output)
        return process.pid

    def exchange(self, **wanted):
        """The two events of one lookup; there are no others."""
        response = self.dnsmon.wait_event(event__action="response", **wanted)
        events = self.dnsmon.events(dns__id=response["dns"]["id"])
        self.assertEqual([pick(e, "event.action") for e in events], ["query", "response"], json.dumps(events))
        return events

    def test_a_client_behind_bridge_and_nat_is_one_event_per_message(self):
        for words, transport in (([], "udp"), (["+tcp"], "tcp")):
            with self.subTest(transport):
                pid = self.dig(CLIENT, f"{OUTSIDE}.2", *words)
                query, response = self.exchange(process__pid=pid)
                for event in (query, response):
                    self.assert_fields(event, process__name="dig", process__executable="/usr/bin/dig",
                                       network__transport=transport, dnsmon__attribution="exact")
                self.assert_fields(query, source__ip=f"{INSIDE}.2", destination__ip=f"{OUTSIDE}.2",
                                   dnsmon__interfaces=[*self.inside, "vethc", "br0", "uplink", *self.inside])
                self.assert_fields(response, source__ip=f"{OUTSIDE}.2", destination__ip=f"{INSIDE}.2",
                                   dnsmon__interfaces=[*self.inside, "uplink", "br0", "vethc", *self.inside])
                self.assertGreater(pick(response, "event.duration"), 0)

    def test_this_host_asking_a_container_is_one_event_per_message(self):
        process = subprocess.Popen(["dig", "+tries=1", f"@{INSIDE}.2", NAME], stdout=subprocess.PIPE, text=True)
        process.communicate(timeout=60)
        query, response = self.exchange(process__pid=process.pid)
        self.assert_fields(query, dnsmon__interfaces=["br0", "vethc", *self.inside])
        self.assert_fields(response, dnsmon__interfaces=[*self.inside, "vethc", "br0"],
                           dnsmon__server_process__pid=self.service.process.pid)

    def test_a_server_behind_nat_is_named_in_its_answers(self):
        self.dig(WORLD, f"{OUTSIDE}.1")
        query, response = self.exchange(destination__ip=f"{OUTSIDE}.2", source__ip=f"{OUTSIDE}.1")
        self.assert_fields(query, source__ip=f"{OUTSIDE}.2", destination__ip=f"{OUTSIDE}.1")
        pids = {pick(response, "process.pid"), pick(response, "dnsmon.server_process.pid")}
        self.assertIn(self.service.process.pid, pids)

    def test_the_same_query_sent_twice_is_two_events(self):
        send = ("import socket, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
                "m = bytes.fromhex('4242010000010000000000000677696e646f77076578616d706c6504746573740000010001'); "
                f"[s.sendto(m, ('{OUTSIDE}.2', 53)) for _ in range(2)]; s.recv(512)")
        subprocess.run(["ip", "netns", "exec", CLIENT, sys.executable, "-c", send], check=True)
        queries = self.dnsmon.wait_events(2, event__action="query", dns__id=str(0x4242))
        for query in queries:
            self.assert_fields(query, dnsmon__interfaces=[*self.inside, "vethc", "br0", "uplink", *self.inside])

    def test_two_containers_worth_of_equal_queries_are_not_joined(self):
        send = ("import os, socket; "
                "m = bytes.fromhex('4343010000010000000000000677696e646f77076578616d706c6504746573740000010001'); "
                "[(os.fork() == 0) and (s := socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).sendto(m, "
                f"('{OUTSIDE}.2', 53)) and (s.recv(512), os._exit(0)) for _ in range(4)]; [os.wait() for _ in range(4)]")
        subprocess.run(["ip", "netns", "exec", CLIENT, sys.executable, "-c", send], check=True)
        responses = self.dnsmon.wait_events(4, event__action="response", dns__id=str(0x4343))
        self.assertEqual(len({pick(r, "process.pid") for r in responses}), 4)
        queries = self.dnsmon.events(event__action="query", dns__id=str(0x4343))
        self.assertEqual(sorted(pick(q, "process.pid") for q in queries),
                         sorted(pick(r, "process.pid") for r in responses))


class Watched(Containers):
    """The same with every namespace watched: still one event for a message, and both ends' own devices in its way."""
    namespaces = "all"
    inside = ["veth0"]


if __name__ == "__main__":
    main()
