#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Each message is one event, on whatever device it leaves: loopback, many devices, devices that come and go while the daemon
runs; and whoever sends it: a socket or a frame made by hand."""
import os
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Dnsmon, EndToEndCase, Namespace, loopback4, main, wire  # noqa: E402

MARK = os.getpid() & 0xFFFF
NAME = "leaf.example.test"
MANY = 20


class Devices(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.elsewhere = cls.enterClassContext(Namespace())

    def setUp(self):
        self.devices = []
        self.addCleanup(lambda: [self.remove(0) for _ in list(self.devices)])

    def add(self):
        """A device whose neighbour is known, so that a datagram leaves at once. Its number here."""
        number = len(self.devices)
        name, peer, net = f"leaf{number}", f"leaf{number}-there", f"10.{MARK >> 8}.{MARK & 255}.{4 * number}"
        here, there = (f"{net.rsplit('.', 1)[0]}.{4 * number + end}" for end in (1, 2))
        batch = (f"link add {name} type veth peer name {peer} netns {self.elsewhere.name}\naddr add {here}/30 dev {name}\n"
                 f"link set {name} up\nneigh add {there} lladdr 02:00:00:00:00:01 dev {name}\n")
        subprocess.run(["ip", "-batch", "-"], input=batch, text=True, check=True)
        self.elsewhere.inside("link", "set", peer, "up")
        self.devices.append((name, here, there))
        return number

    def remove(self, number):
        subprocess.run(["ip", "link", "del", self.devices.pop(number)[0]], check=True)

    def one_event(self, dnsmon, ident, **wanted):
        event = dnsmon.wait_event(event__action="query", dns__id=str(ident))
        self.assert_fields(event, **wanted)
        return event

    def send(self, number):
        ident, message = wire.next_query(NAME)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.sendto(message, (self.devices[number][2], 53))
        return ident

    def send_frame(self, number):
        name, here, there = self.devices[number]
        ident, message = wire.next_query(NAME)
        with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as s:
            s.sendto(wire.ip_udp((here, 1053), (there, 53), message), (name, wire.ETH_P_IP, 0, 0, bytes(6)))
        return ident

    def check_all(self, dnsmon):
        """From each device a socket's datagram and a frame, and what there is of them in the end."""
        sent, frames = {}, {}
        for number in range(len(self.devices)):
            sent[self.send(number)] = self.devices[number][0]
            frames[self.send_frame(number)] = self.devices[number][0]
        for ident, name in sent.items():
            self.one_event(dnsmon, ident, process__pid=os.getpid(), observer__egress__interface__name=name)
        for ident, name in frames.items():
            self.one_event(dnsmon, ident, process__pid=None, observer__egress__interface__name=name)
        return [*sent, *frames]

    def assert_once(self, dnsmon, idents):
        """When the daemon has ended and written all that there is."""
        dnsmon.stop()
        for ident in idents:
            self.assertEqual(len(dnsmon.events(event__action="query", dns__id=str(ident))), 1, ident)

    def test_one_that_is_renamed_has_its_new_name_at_once(self):
        number = self.add()
        name, *addresses = self.devices[number]
        with Dnsmon() as dnsmon:
            self.one_event(dnsmon, self.send(number), observer__egress__interface__name=name)
            for words in (["down"], ["name", "renamed0"], ["up"]):
                subprocess.run(["ip", "link", "set", "renamed0" if words == ["up"] else name, *words], check=True)
            self.devices[number] = ("renamed0", *addresses)
            subprocess.run(["ip", "neigh", "replace", addresses[1], "lladdr", "02:00:00:00:00:01", "dev", "renamed0"], check=True)
            self.one_event(dnsmon, self.send(number), observer__egress__interface__name="renamed0")

    def test_many_devices_that_are_there_before(self):
        for _ in range(MANY):
            self.add()
        with Dnsmon() as dnsmon:
            self.assert_once(dnsmon, self.check_all(dnsmon))

    def test_devices_come_and_go(self):
        with Dnsmon() as dnsmon:
            idents = []
            for _ in range(MANY):
                self.add()
                idents += self.check_all(dnsmon)
                self.remove(0)
            self.assert_once(dnsmon, idents)

    def test_packets_on_loopback_that_look_the_same(self):
        server, client = (loopback4(), 53), (loopback4(), 10053)
        _, message = wire.next_query(NAME)
        with Dnsmon() as dnsmon, wire.udp_socket() as s, wire.udp_socket() as listener, \
                socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0) as frames:
            listener.bind(server)
            s.bind(client)
            for _ in range(10):
                s.sendto(message, server)
                frames.sendto(wire.ip_udp(client, server, message), ("lo", wire.ETH_P_IP, 0, 0, bytes(6)))
                s.sendto(message, server)
            dnsmon.stop()
            self.assertEqual(len(dnsmon.events(event__action="query", source__ip=client[0])), 30)

    def test_loopback_is_not_watched_when_it_is_not_wanted(self):
        self.add()
        with Dnsmon({"capture": {"loopback": False}}) as dnsmon, wire.udp_socket() as s:
            ident, message = wire.next_query(NAME)
            s.sendto(message, (loopback4(), 53))
            self.assert_once(dnsmon, self.check_all(dnsmon))
            self.assertEqual(dnsmon.events(event__action="query", dns__id=str(ident)), [])


if __name__ == "__main__":
    main()
