#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""capture.namespaces: what is said inside other network namespaces, on their loopback devices and between them, from
the first message of a new one on."""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import (Client, Dnsmon, EndToEndCase, HOOKS_KNOW_FLOWS, Namespace, RELEASE, Resolver, SkipCell, Veth,  # noqa: E402
                        loopback4, main, pick, wire)
from dnsmon_e2e.waiting import LineCollector  # noqa: E402

NAME = "www.example.test"
MARK = os.getpid() & 0xFFFF
NEW_NAME = f"dnsmon-{os.getpid()}.example.test"  # of nobody else: every namespace of the machine is watched
QUERY = wire.query(NEW_NAME)[12:].hex()

# In a namespace that is born with its first lookup: the server is forked, the client's pid is the program's own.
NEWBORN = f"""
import os, socket, subprocess, sys
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
message = bytes.fromhex(sys.argv[1] + "01000001000000000000{QUERY}")
bound, say = os.pipe()
if not (child := os.fork()):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    os.write(say, b"!")
    asked, client = server.recvfrom(512)
    server.sendto(asked[:2] + bytes([asked[2] | 0x80]) + asked[3:], client)
    os._exit(0)
os.read(bound, 1)
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.bind(("127.0.0.1", 4444))
client.connect(("127.0.0.1", 53))
client.send(message)
client.recv(512)
os.wait()
print(child, os.stat("/proc/self/ns/net").st_ino)
"""


def newborn(ident):
    """Runs it to its end: client's pid, server's pid, the namespace's inode number."""
    process = subprocess.Popen(["unshare", "--net", sys.executable, "-c", NEWBORN, f"{ident:04x}"],
                               stdout=subprocess.PIPE, text=True)
    output, _ = process.communicate(timeout=60)
    return process.pid, *map(int, output.split())


class NamespacesCase(EndToEndCase):
    namespaces = "all"

    @classmethod
    def setUpClass(cls):
        if RELEASE < (6, 1):
            raise SkipCell("other network namespaces are watched from Linux 6.1 on")
        cls.dnsmon = cls.enterClassContext(Dnsmon({"capture": {"namespaces": cls.namespaces}}))

    def exchange(self, dnsmon=None, **wanted):
        """Query and response of one lookup; there are no other events of it."""
        response = self.dnsmon.wait_event(event__action="response", **wanted)
        same = {"dns__id": response["dns"]["id"], "dns__question__name": response["dns"]["question"]["name"],
                "dnsmon__network_namespace": response["dnsmon"]["network_namespace"]}
        events = self.dnsmon.events(source__port=response["destination"]["port"], **same)
        events += self.dnsmon.events(destination__port=response["destination"]["port"], **same)
        self.assertEqual([pick(e, "event.action") for e in events], ["query", "response"], json.dumps(events))
        self.assertGreater(pick(response, "event.duration"), 0)
        return events


class All(NamespacesCase):
    def test_loopback_of_another_namespace(self):
        with Namespace() as there, Resolver([loopback4(), "::1"], there.command) as resolver:
            for words, transport, server in (([], "udp", resolver.address4), (["+tcp"], "tcp", resolver.address4),
                                             ([], "udp", resolver.address6), (["+tcp"], "tcp", resolver.address6)):
                with self.subTest(f"{transport} to {server}"):
                    client = Client(*there.command("dig", "+tries=1", f"@{server}", NAME, *words))
                    for event in self.exchange(process__pid=client.pid):
                        self.assert_fields(event, process__name="dig", process__executable="/usr/bin/dig",
                                           network__transport=transport, dnsmon__attribution="exact",
                                           dnsmon__network_namespace=there.inode, dnsmon__interfaces=None,
                                           dnsmon__server_process__pid=resolver.process.pid)
                        names = {pick(event, f"observer.{way}.interface.name") for way in ("ingress", "egress")}
                        self.assertEqual(names, {None, "lo"})

    def test_the_first_message_of_a_new_namespace(self):
        for ident in range(0x100, 0x103):
            client, server, inode = newborn(ident)
            for event in self.exchange(dns__id=str(ident), dns__question__name=NEW_NAME):
                self.assert_fields(event, process__pid=client, dnsmon__server_process__pid=server,
                                   dnsmon__attribution="exact", dnsmon__network_namespace=inode)

    def test_equal_flows_in_two_namespaces_are_two_conversations(self):
        """The same ports and ids at the same time: each answer goes with its own query."""
        ident = 0x777
        command = ["unshare", "--net", sys.executable, "-c", NEWBORN, f"{ident:04x}"]
        processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        truth = {}
        for process in processes:
            output, _ = process.communicate(timeout=60)
            server, inode = map(int, output.split())
            truth[inode] = (process.pid, server)
        for action in ("query", "response"):
            events = self.dnsmon.wait_events(4, event__action=action, dns__id=str(ident), dns__question__name=NEW_NAME)
            got = {pick(e, "dnsmon.network_namespace"): (pick(e, "process.pid"), pick(e, "dnsmon.server_process.pid"))
                   for e in events}
            self.assertEqual((len(events), got), (4, truth))
            self.assertFalse([e for e in events if pick(e, "dnsmon.unsolicited") or pick(e, "dnsmon.retransmits")])

    def test_a_resolver_that_is_asked_on_another_port_than_it_listens_on(self):
        """As docker's in a container: asked at 127.0.0.11:53, by translation it gets it on a port of its own."""
        rules = ("table ip nat { chain out { type nat hook output priority -100; "
                 "ip daddr 127.0.0.11 meta l4proto { tcp, udp } th dport 53 dnat to 127.0.0.11:41233; }; }")
        with Namespace() as there, Resolver(["127.0.0.11"], there.command, port=41233) as resolver:
            nft = subprocess.run(there.command("nft", rules), capture_output=True, text=True)
            if nft.returncode:
                raise SkipCell(f"no address translation here: {nft.stderr}")
            for words, transport in (([], "udp"), (["+tcp"], "tcp")):
                with self.subTest(transport):
                    client = Client(*there.command("dig", "+tries=1", "@127.0.0.11", NAME, *words))
                    answer = self.dnsmon.wait_event(event__action="response", source__ip="127.0.0.11", network__transport=transport,
                                                    dnsmon__network_namespace=there.inode)
                    query = self.dnsmon.wait_event(event__action="query", dns__id=answer["dns"]["id"],
                                                   dnsmon__network_namespace=there.inode)
                    self.assert_fields(query, destination__port=53, source__port=answer["destination"]["port"])
                    self.assert_fields(answer, source__port=53, dnsmon__unsolicited=None)
                    named = {pick(answer, "process.pid"), pick(answer, "dnsmon.server_process.pid")}
                    self.assertLessEqual(named, {client.pid, resolver.process.pid, None})
                    if not HOOKS_KNOW_FLOWS:  # by the address before translation
                        self.assertIn(resolver.process.pid, named)
                    if transport == "udp":
                        self.assert_fields(query, process__pid=client.pid, dnsmon__attribution="exact")

    @unittest.skipIf(RELEASE < (6, 2), "before Linux 6.2 only the loopback devices of other namespaces are watched")
    def test_between_two_namespaces_that_this_host_is_not_part_of(self):
        net = f"10.{MARK >> 8}.{MARK & 255}"
        with Namespace() as asks, Namespace() as answers:
            subprocess.run(["ip", "-n", asks.name, "link", "add", "out", "type", "veth", "peer", "name", "in", "netns",
                            answers.name], check=True)
            for there, device, address in ((asks, "out", f"{net}.1"), (answers, "in", f"{net}.2")):
                there.inside("addr", "add", f"{address}/24", "dev", device)
                there.inside("link", "set", device, "up")
            with Resolver([f"{net}.2"], answers.command) as resolver:
                Client(*asks.command("dig", f"@{net}.2", NAME))  # finds the neighbour
                for words in ([], ["+tcp"]):
                    client = Client(*asks.command("dig", "+tries=1", f"@{net}.2", NAME, *words))
                    query, response = self.exchange(process__pid=client.pid)
                    self.assert_fields(query, dnsmon__interfaces=["out", "in"], dnsmon__network_namespace=asks.inode,
                                       network__direction="egress", dnsmon__server_process__pid=resolver.process.pid)
                    self.assert_fields(response, dnsmon__interfaces=["in", "out"],
                                       dnsmon__server_process__pid=resolver.process.pid)
                # As the next namespace's device would, that gets the number of one that is gone.
                for words in (["out", "down"], ["out", "name", "renamed"], ["renamed", "up"]):
                    asks.inside("link", "set", *words)
                Client(*asks.command("dig", f"@{net}.2", NAME))  # finds the neighbour
                client = Client(*asks.command("dig", "+tries=1", f"@{net}.2", NAME))
                query, response = self.exchange(process__pid=client.pid)
                self.assert_fields(query, dnsmon__interfaces=["renamed", "in"])
                self.assert_fields(response, dnsmon__interfaces=["in", "renamed"])

    def test_a_server_older_than_the_daemon(self):
        with Namespace() as there, Resolver([loopback4()], there.command) as resolver:
            with Dnsmon({"capture": {"namespaces": there.name}}) as dnsmon:
                client = Client(*there.command("dig", "+tries=1", f"@{resolver.address4}", NAME))
                query = dnsmon.wait_event(event__action="query", process__pid=client.pid)
                self.assert_fields(query, dnsmon__server_process__pid=resolver.process.pid)

    @unittest.skipIf(RELEASE < (6, 2), "before Linux 6.2 only the loopback devices of other namespaces are watched")
    def test_a_message_that_waits_for_its_neighbour_is_one(self):
        """It is seen where it is sent, and half a second later on its way."""
        with Veth() as there:
            there.inside("neigh", "replace", there.here, "lladdr", "02:00:00:00:00:01", "dev", "veth-there")
            subprocess.run(["ip", "addr", "flush", "dev", "veth-here"], check=True)  # nobody answers for it
            there.inside("neigh", "del", there.here, "dev", "veth-there")
            send = (f"import socket, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
                    f"s.sendto(bytes.fromhex('055501000001000000000000{QUERY}'), ('{there.here}', 53))")
            client = Client(*there.command(sys.executable, "-c", send))
            event = self.dnsmon.wait_event(dns__id=str(0x555), dns__question__name=NEW_NAME)
            self.assert_fields(event, process__pid=client.pid, dnsmon__network_namespace=there.inode)
            subprocess.run(["ip", "addr", "add", f"{there.here}/24", "dev", "veth-here"], check=True)
            with Resolver([there.here]) as resolver:
                last = Client(*there.command("dig", "+tries=2", f"@{resolver.address4}", NAME))
                self.dnsmon.wait_event(event__action="response", process__pid=last.pid)
            events = self.dnsmon.events(event__action="query", dns__id=str(0x555), dns__question__name=NEW_NAME)
            self.assertEqual(len(events), 1, json.dumps(events))

    def test_a_namespace_is_not_kept_alive(self):
        process = subprocess.Popen(["ip", "monitor", "link"], stdout=subprocess.PIPE, text=True)
        monitor = LineCollector(process.stdout)

        def end():
            process.terminate()
            process.wait()
            monitor.finish()
        self.addCleanup(end)
        with Namespace() as there, Resolver([loopback4()], there.command) as resolver:
            there.inside("link", "add", "ends", "type", "veth", "peer", "name", "stays", "netns", str(os.getpid()))
            client = Client(*there.command("dig", f"@{resolver.address4}", NAME))
            self.exchange(process__pid=client.pid)
        # Once nobody uses the namespace any more the kernel takes its devices down, and the pair's other end with it.
        self.assertTrue(monitor.wait(lambda lines: any("Deleted" in x and "stays" in x for x in lines), 20), monitor.lines)

    def test_a_change_needs_a_restart(self):
        self.dnsmon.reload({"capture": {"namespaces": "host"}})
        self.dnsmon.wait_log("capture.namespaces")
        newborn(0x300)
        self.exchange(dns__id=str(0x300), dns__question__name=NEW_NAME)
        self.dnsmon.reload({})


class Host(NamespacesCase):
    namespaces = "host"

    def test_other_namespaces_are_not_watched(self):
        newborn(0x400)
        with Resolver() as resolver:
            Client("dig", "+tries=1", f"@{resolver.address4}", NAME)
            self.dnsmon.wait_event(event__action="response", source__ip=resolver.address4)
        self.assertEqual(self.dnsmon.events(dns__id=str(0x400)), [])


class Named(EndToEndCase):
    def setUp(self):
        if RELEASE < (6, 1):
            raise SkipCell("other network namespaces are watched from Linux 6.1 on")

    def test_those_that_are_named_come_and_go(self):
        there, other = Namespace(), Namespace()
        with Dnsmon({"capture": {"namespaces": [there.name, "/run/netns/no-such-namespace"]}}) as dnsmon:
            with other, there, Resolver([loopback4()], other.command) as unwatched, \
                    Resolver([loopback4()], there.command) as watched:
                # It was made after the daemon started: found at the next look, twice a second.
                for _ in range(60):
                    client = Client(*there.command("dig", "+tries=1", f"@{watched.address4}", NAME))
                    if dnsmon.events(event__action="response", process__pid=client.pid):
                        break
                event = dnsmon.wait_event(event__action="response", source__ip=watched.address4)
                self.assert_fields(event, dnsmon__network_namespace=there.inode)
                Client(*other.command("dig", "+tries=1", f"@{unwatched.address4}", NAME))
                last = Client(*there.command("dig", "+tries=1", f"@{watched.address4}", NAME))
                dnsmon.wait_event(event__action="response", process__pid=last.pid)
                self.assertEqual(dnsmon.events(source__ip=unwatched.address4), [])


if __name__ == "__main__":
    main()
