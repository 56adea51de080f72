#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A message that crosses this host is one event: a client in a network namespace of its own behind veth, bridge and
address translation, as containers have it, and a server there that is reached the same way."""
import json
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import (Dnsmon, EndToEndCase, HOOKS_BY_COOKIE, PATIENCE, RELEASE, Resolver, SkipCell, main, pick,  # noqa: E402
                        wire)

NAME = "www.example.test"
MARK = os.getpid() & 0xFFFF
INSIDE = f"10.{MARK >> 8}.{MARK & 255}"  # the owners map is one for the whole machine
OUTSIDE = f"172.{16 + (MARK & 15)}.{MARK >> 8}"
CLIENT = f"dnsmon-client-{os.getpid()}"
OTHER_PORT = 5300  # of servers that come after the resolver
WORLD = f"dnsmon-world-{os.getpid()}"

RULES = f"""
table ip nat {{
  chain post {{
    type nat hook postrouting priority 100
    oifname "uplink" masquerade
  }}
  chain pre {{
    type nat hook prerouting priority -100
    iifname "uplink" udp dport {{ 53, {OTHER_PORT} }} dnat to {INSIDE}.2
    iifname "uplink" tcp dport {{ 53, {OTHER_PORT} }} dnat to {INSIDE}.2
  }}
}}
"""


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Containers(EndToEndCase):
    """client (veth0) - vethc - br0 - this host, translating - uplink - world (veth0)"""
    namespaces = "host"
    inside = []  # devices at either end that only capture.namespaces shows

    @classmethod
    def setUpClass(cls):
        if cls.inside and RELEASE < (6, 2):
            raise SkipCell("before Linux 6.2 only the loopback devices of other namespaces are watched")
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
        cls.dnsmon = cls.enterClassContext(Dnsmon(cls.config()))
        cls.world = cls.enterClassContext(Resolver([f"{OUTSIDE}.2"], lambda *a: ["ip", "netns", "exec", WORLD, *a]))
        cls.service = cls.enterClassContext(Resolver([f"{INSIDE}.2"], lambda *a: ["ip", "netns", "exec", CLIENT, *a]))
        # Neighbours that must be found first hold a packet for longer than a copy takes on its way.
        for namespace, server in ((CLIENT, f"{OUTSIDE}.2"), (WORLD, f"{OUTSIDE}.1")):
            subprocess.run(["ip", "netns", "exec", namespace, "dig", f"@{server}", "mail.example.test"], check=True, stdout=subprocess.DEVNULL)

    @classmethod
    def config(cls):
        return {"capture": {"namespaces": cls.namespaces, "ports": [53, OTHER_PORT]}}

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

    def server_in_a_container(self, kind):
        """A process that is bound to no address of its own, in a control group as docker makes them; it answers nobody.
        Its pid and its container's id."""
        with open("/proc/self/mountinfo") as f:
            roots = [line.split()[4] for line in f if " - cgroup2 " in line]
        if not roots:
            raise SkipCell("no cgroup2 here to put a container into")
        container = f"{os.getpid():064x}"
        group = f"{roots[0]}/docker-{container}.scope"
        os.mkdir(group)
        self.addCleanup(os.rmdir, group)
        enter = ["sh", "-c", 'echo $$ >"$0" && exec "$@"', f"{group}/cgroup.procs"]  # ip mounts another /sys
        script = (f"import os, socket; s = socket.socket(socket.AF_INET, socket.{kind}); "
                  "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); "
                  f"s.bind(('0.0.0.0', {OTHER_PORT})); kept = {kind == 'SOCK_STREAM'} and s.listen(); "
                  "print('bound', flush=True); os.read(0, 1)")
        server = subprocess.Popen([*enter, "ip", "netns", "exec", CLIENT, sys.executable, "-c", script], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)

        def end():
            server.stdin.close()
            server.stdout.close()
            server.wait(20)
        self.addCleanup(end)
        self.assertEqual(server.stdout.readline(), "bound\n")
        return server, container

    def datagram(self, dnsmon, ident):
        """The event of a query from outside, by a packet socket, so that no client is known; translated on its way."""
        message = wire.query("window.example.test", ident=ident)
        packet = wire.ip_udp((f"{OUTSIDE}.2", 4000 + ident % 1000), (f"{OUTSIDE}.1", OTHER_PORT), message, ident)
        link = subprocess.run(["ip", "-j", "link", "show", "uplink"], check=True, stdout=subprocess.PIPE).stdout
        address = bytes.fromhex(json.loads(link)[0]["address"].replace(":", ""))
        send = (f"import socket; s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0); "
                f"s.sendto({packet!r}, ('veth0', 0x0800, 0, 0, {address!r}))")
        subprocess.run(["ip", "netns", "exec", WORLD, sys.executable, "-c", send], check=True)
        event = dnsmon.wait_event(event__action="query", dns__id=str(ident))
        self.assert_fields(event, destination__ip=f"{OUTSIDE}.1", source__ip=f"{OUTSIDE}.2")
        return event

    @unittest.skipIf(PATIENCE > 1, "looking for namespaces may take a fiftieth of the time: on an emulated machine too little for the first query")
    @unittest.skipIf(HOOKS_BY_COOKIE, "by cookie, a server in another namespace is named from its first answer on")
    def test_a_server_in_a_container_is_named_on_its_first_query(self):
        server, container = self.server_in_a_container("SOCK_DGRAM")
        self.assert_fields(self.datagram(self.dnsmon, 0x5100), process__pid=server.pid, container__id=container,
                           container__runtime="docker", dnsmon__attribution="listener")

    def test_a_server_in_a_container_is_named_on_its_first_connection(self):
        server, _ = self.server_in_a_container("SOCK_STREAM")
        message = wire.prefixed(wire.query("window.example.test", ident=0x5101))
        send = (f"import socket; s = socket.socket(); s.connect(('{OUTSIDE}.1', {OTHER_PORT})); s.send({message!r})")
        client = subprocess.Popen(["ip", "netns", "exec", WORLD, sys.executable, "-c", send])
        self.assertEqual(client.wait(20), 0)
        event = self.dnsmon.wait_event(event__action="query", dns__id=str(0x5101))
        self.assert_fields(event, process__pid=client.pid, dnsmon__server_process__pid=server.pid)

    @unittest.skipIf(HOOKS_BY_COOKIE, "by cookie, a server in another namespace is named from its first answer on")
    def test_a_server_in_a_container_that_is_older_than_the_daemon(self):
        server, container = self.server_in_a_container("SOCK_DGRAM")
        with Dnsmon(self.config()) as dnsmon:
            self.assert_fields(self.datagram(dnsmon, 0x5200), process__pid=server.pid, container__id=container,
                               container__runtime="docker", dnsmon__attribution="procfs")
            server.stdin.close()
            server.wait(20)
            # Nobody tells its end: the daemon looks twice a second.
            owners = [server.pid]
            while owners[-1] is not None and len(owners) < 200:
                owners.append(pick(self.datagram(dnsmon, 0x5200 + len(owners)), "process.pid"))
            self.assertIsNone(owners[-1], owners)

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
    """The same with both namespaces watched: still one event for a message, and both ends' own devices in its way."""
    namespaces = [CLIENT, WORLD]  # not "all": what else runs on this machine has the same names and ids
    inside = ["veth0"]


if __name__ == "__main__":
    main()
