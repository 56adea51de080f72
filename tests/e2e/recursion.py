#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recursion, joined: what a local resolver asks upstream carries the client that waits for it; how often that is right
with twenty clients at once."""
import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Client, Dnsmon, EndToEndCase, Resolver, PATIENCE, loopback4, main, pick, wire  # noqa: E402
from dnsmon_e2e.waiting import LineCollector  # noqa: E402

NAME = "www.example.test"
UNBOUND = """
server:
  do-daemonize: no
  use-syslog: no
  logfile: ""
  verbosity: 1
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: ""
  module-config: "iterator"
  msg-cache-size: 0
  rrset-cache-size: 0
  do-not-query-localhost: no
  interface: {here}@53
  access-control: 0.0.0.0/0 allow
  local-zone: "test." nodefault
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: {upstream}
"""


CLIENTS, QUERIES = 20, 100


class RecursionCase(EndToEndCase):
    def setUp(self):
        self.dnsmon = self.enterContext(Dnsmon())
        self.upstream = self.enterContext(Resolver())
        self.here = loopback4()

    def start(self, *argv, ready):
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True)
        log = LineCollector(process.stderr)

        def end():
            process.terminate()
            process.wait(20)
            log.finish()
        self.addCleanup(end)
        self.assertTrue(log.wait(lambda lines: any(ready in line for line in lines), 20), log.lines)
        return process

    def unbound(self):
        directory = self.enterContext(tempfile.TemporaryDirectory())
        path = os.path.join(directory, "unbound.conf")
        with open(path, "w") as f:
            f.write(UNBOUND.format(directory=directory, here=self.here, upstream=self.upstream.address4))
        return self.start("unbound", "-d", "-c", path, ready="start of service")

    def dnsmasq(self):
        if not shutil.which("dnsmasq"):
            self.skipTest("dnsmasq is not installed")
        return self.start("dnsmasq", "-k", "-C", "/dev/null", "-R", "-h", "-c", "0", "-u", "root", "--pid-file=",
                          f"--listen-address={self.here}", "--bind-interfaces", "-S", self.upstream.address4,
                          "--log-facility=-", ready="started")


class Recursion(RecursionCase):
    def check(self, forwarder):
        client = Client("dig", "+tries=1", f"@{self.here}", NAME)
        upstream = self.dnsmon.wait_event(event__action="query", process__pid=forwarder.pid,
                                          destination__ip=self.upstream.address4, dns__question__name=NAME)
        self.assert_fields(upstream, dnsmon__on_behalf_of__pid=client.pid, dnsmon__on_behalf_of__name="dig")
        for event in self.dnsmon.events(process__pid=client.pid):
            self.assertIsNone(pick(event, "dnsmon.on_behalf_of"), json.dumps(event))
        # Nobody waits for what the resolver asks on its own account.
        for event in self.dnsmon.events(event__action="query", process__pid=forwarder.pid):
            named = pick(event, "dnsmon.on_behalf_of.pid")
            self.assertIn(named, (None, client.pid))
            self.assertTrue(named is None or pick(event, "dns.question.name").lower() == NAME)

    def test_unbound(self):
        self.check(self.unbound())

    def test_dnsmasq(self):
        self.check(self.dnsmasq())


class Precision(RecursionCase):
    """Twenty processes ask at once, names of their own and names that others ask for, too. The truth is what each of them
    asked, and when it waited."""

    def asker(self, number, start):
        """In a process of its own: [name, asked at, answered at (nanoseconds since the epoch)] of each query."""
        source, asked = random.Random(number), []
        os.read(start, 1)
        for i in range(QUERIES):
            name = f"own-{number}-{i}.example.test" if source.random() < 0.7 else f"shared-{i % 10}.example.test"
            message = wire.query(name, ident=source.randrange(65536))
            before = time.time_ns()
            if source.random() < 0.9:
                with wire.udp_socket(seconds=20 * PATIENCE) as s:
                    s.connect((self.here, 53))
                    s.send(message)
                    s.recv(4096)
            else:
                with socket.create_connection((self.here, 53), 20 * PATIENCE) as s:
                    s.sendall(wire.prefixed(message))
                    wire.read_prefixed(s)
            asked.append([name, before, time.time_ns()])
        return asked

    def ask_at_once(self):
        """What every client asked, by its pid."""
        hold, start = os.pipe()  # readable once its other end is closed: then all of them go
        truth, readers = {}, []
        for number in range(CLIENTS):
            here, there = os.pipe()
            pid = os.fork()
            if not pid:
                status = 1
                with contextlib.suppress(BaseException):
                    os.close(start)
                    with os.fdopen(there, "w") as out:
                        json.dump(self.asker(number, hold), out)
                    status = 0
                os._exit(status)
            os.close(there)

            def collect(pid=pid, here=here):
                with os.fdopen(here) as f:
                    truth[pid] = json.load(f)
            readers.append(threading.Thread(target=collect))
            readers[-1].start()
        os.close(hold)
        os.close(start)
        for reader in readers:
            reader.join(120 * PATIENCE)
        for pid in list(truth):
            self.assertEqual(os.waitpid(pid, 0)[1], 0)
        self.assertEqual(len(truth), CLIENTS)
        return truth

    def measure(self, forwarder):
        truth = self.ask_at_once()
        self.assertEqual(self.dnsmon.stop(), 0)  # all of its events are there
        waiting = {}
        for pid, asked in truth.items():
            for name, before, after in asked:
                waiting.setdefault(name, []).append((pid, before, after))
        named = right = waited = asked_on = joined = shared = 0
        for event in self.dnsmon.events(event__action="query", destination__ip=self.upstream.address4):
            self.assertIn(forwarder.pid, (pick(event, "process.pid"), pick(event, "process.parent.pid")))
            clients = pick(event, "dnsmon.on_behalf_of", [])
            clients = {c["pid"] for c in (clients if isinstance(clients, list) else [clients])}
            whole, fraction = event["@timestamp"].rstrip("Z").split(".")
            at = int(datetime.fromisoformat(whole + "+00:00").timestamp()) * 10**9 + int(fraction)
            who = {pid for pid, before, after in waiting.get(event["dns"]["question"]["name"].lower(), ())
                   if before <= at <= after}
            named += len(clients)
            right += len(clients & who)
            waited += len(who)
            asked_on += bool(who)
            joined += bool(clients & who)
            shared += len(clients) > 1
        print(f"{asked_on} upstream queries for clients, {shared} for several at once: {named} clients named, {right} of them "
              f"right ({100 * right / named:.2f} %) and {waited} waited; {joined} queries joined ({100 * joined / asked_on:.2f} %)")
        self.assertGreaterEqual(asked_on, CLIENTS * QUERIES * 0.7)
        self.assertEqual(right, named)
        self.assertGreaterEqual(joined, 0.99 * asked_on)

    def test_unbound_with_twenty_clients(self):
        self.measure(self.unbound())

    def test_dnsmasq_with_twenty_clients(self):
        self.measure(self.dnsmasq())


if __name__ == "__main__":
    main()
