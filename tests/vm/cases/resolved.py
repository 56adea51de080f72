#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""systemd-resolved as a distribution runs it: who asked the stub is the client, who asks upstream is the resolver, for
the client; each message is one event."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, Resolver, Veth, main, pick  # noqa: E402

STUB = "127.0.0.53"
SETTINGS = "[Resolve]\nDNS={upstream}\nDomains=~.\nDNSSEC=no\nDNSOverTLS=no\nLLMNR=no\nMulticastDNS=no\nCache=no\n"


def systemctl(*words):
    return subprocess.run(["systemctl", *words], check=True, capture_output=True, text=True).stdout.strip()


class Resolved(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        world = cls.enterClassContext(Veth())
        cls.upstream = cls.enterClassContext(Resolver([world.there], world.command))
        os.makedirs("/run/systemd/resolved.conf.d", exist_ok=True)
        with open("/run/systemd/resolved.conf.d/test.conf", "w") as f:
            f.write(SETTINGS.format(upstream=world.there))
        cls.addClassCleanup(systemctl, "stop", "systemd-resolved")
        systemctl("restart", "systemd-resolved")
        cls.resolved = int(systemctl("show", "-P", "MainPID", "systemd-resolved"))
        cls.dnsmon = cls.enterClassContext(Dnsmon())

    def check(self, client, transport):
        asked = self.dnsmon.wait_event(event__action="response", process__pid=client.pid)
        self.assert_fields(asked, source__ip=STUB, dnsmon__server_process__pid=self.resolved,
                           dnsmon__server_process__name="systemd-resolve", network__transport=transport)
        upstream = self.dnsmon.wait_event(event__action="response", process__pid=self.resolved,
                                          source__ip=self.upstream.address4)
        name = pick(asked, "dns.question.name")
        events = self.dnsmon.events(dns__question__name=name)
        seen = sorted((pick(e, "event.action"), pick(e, "process.pid")) for e in events)
        wanted = sorted((action, pid) for action in ("query", "response") for pid in (client.pid, self.resolved))
        self.assertEqual(seen, wanted)
        query = next(e for e in events if pick(e, "event.action") == "query" and pick(e, "process.pid") == self.resolved)
        self.assert_fields(query, destination__ip=self.upstream.address4, dnsmon__on_behalf_of__pid=client.pid,
                           dnsmon__on_behalf_of__name=client.name)
        self.assert_fields(upstream, dns__response_code="NOERROR", dnsmon__unit="systemd-resolved.service")

    def test_a_lookup_through_the_stub(self):
        self.check(Client("dig", "+tries=1", f"@{STUB}", "www.example.test"), "udp")

    def test_over_tcp(self):
        self.check(Client("dig", "+tcp", "+tries=1", f"@{STUB}", "mail.example.test", "MX"), "tcp")

    def test_nobody_waits_for_what_was_asked_over_the_bus(self):
        subprocess.run(["resolvectl", "query", "--type=TXT", "text.example.test"], check=True, capture_output=True)
        query = self.dnsmon.wait_event(event__action="query", dns__question__name="text.example.test")
        self.assert_fields(query, process__pid=self.resolved, destination__ip=self.upstream.address4,
                           dnsmon__on_behalf_of=None)


if __name__ == "__main__":
    main()
