#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The three shapes of an event: ECS held against the ECS checker, flat and text against the original tool's keys."""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, Resolver, loopback4, main, pick, wire  # noqa: E402

NAME = "www.example.test"


class Formats(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.resolver = cls.enterClassContext(Resolver())

    def truth(self, client, ecs, ttype="UDP"):
        """The original's keys for the response to `client`, from the ECS event that another dnsmon logged."""
        return [("COMM", client.name), ("PID", client.pid), ("TGID", pick(ecs, "process.thread.id")), ("DEV", "lo"),
                ("PROTO", ttype), ("SRC", self.resolver.address4), ("DST", pick(ecs, "destination.ip")), ("SPT", 53),
                ("DPT", pick(ecs, "destination.port")), ("UID", 0), ("GID", 0), ("DNS_QR", 1)]

    def both(self, config):
        """A dnsmon with `config` and beside it one that logs ECS: what the first says is compared with the second."""
        return Dnsmon(config), Dnsmon()

    def test_text_reproduces_the_original_lines(self):
        one, other = self.both({"output": {"format": "text"}, "filter": {"types": ["A", "AAAA"]}})
        with one as dnsmon, other as reference:
            for words, transport in (([], "UDP"), (["+tcp"], "TCP")):
                client = Client("dig", *words, f"@{self.resolver.address4}", NAME)
                line = dnsmon.wait_line(lambda x, pid=client.pid: f"PID={pid} " in x)
                ecs = reference.wait_event(event__action="response", process__pid=client.pid)
                head = self.truth(client, ecs, transport)
                wanted = " ".join(f"{k}={v}" for k, v in [*head, ("DNS_NAME", NAME + "."), ("DNS_TYPE", "A"),
                                                          ("DNS_DATA", "192.0.2.1")])
                self.assertEqual(line.rstrip("\n"), wanted)

    def test_text_has_a_line_for_each_answer(self):
        one, _ = self.both({"output": {"format": "text"}})
        with one as dnsmon:
            client = Client("dig", "+tcp", f"@{self.resolver.address4}", "many.example.test")
        mine = [x for x in dnsmon.lines if f" PID={client.pid} " in x]
        self.assertEqual(len(mine), 240)
        self.assertEqual(len({x.split("DNS_DATA=")[1] for x in mine}), 240)

    def test_flat_has_the_original_keys(self):
        one, other = self.both({"output": {"format": "flat"}})
        with one as dnsmon, other as reference:
            client = Client("dig", f"@{self.resolver.address4}", NAME)
            ecs = reference.wait_event(event__action="response", process__pid=client.pid)
            flat = json.loads(dnsmon.wait_line(lambda x: f'"PID":{client.pid},' in x and '"DNS_QR":1' in x))
        for key, value in [*self.truth(client, ecs), ("DNS_NAME", NAME + "."), ("DNS_TYPE", "A"),
                           ("DNS_DATA", ["192.0.2.1"])]:
            self.assertEqual(flat.get(key), value, key)

    def test_every_kind_of_event_is_valid_ecs(self):
        with Dnsmon({"pairing": {"timeout": "100ms"}, "stats": {"interval": "200ms"}}) as dnsmon:
            for words in (["A"], ["AAAA"], ["HTTPS"], ["ANY"], ["+tcp", "A"], ["+dnssec", "+subnet=192.0.2.0/24", "MX"]):
                Client("dig", *words, f"@{self.resolver.address4}", NAME)
            Client("dig", f"@{self.resolver.address6}", "nowhere.example.test")
            address = loopback4()
            with wire.udp_socket() as silent, wire.udp_socket() as s:
                silent.bind((address, 53))
                s.sendto(wire.query("lost.example.test", ident=76), (address, 53))
                s.sendto(wire.query("cut.example.test", ident=77)[:-3], (address, 53))
                s.sendto(wire.header(78, questions=0), (self.resolver.address4, 53))
            dnsmon.wait_event(event__action="timeout")
        self.assertTrue(dnsmon.notices("stats"))
        self.assert_ecs(dnsmon.lines)


if __name__ == "__main__":
    main()
