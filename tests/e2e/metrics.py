#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""metrics.listen: what Prometheus is told is what the statistics say, promtool has nothing to complain about, and a
reload moves the endpoint. The alert rules of packaging/examples are tested with promtool, too."""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
from dnsmon_e2e import Dnsmon, EndToEndCase, PATIENCE, Resolver, main, pick, run_dnsmon, wire  # noqa: E402

HERE, ELSEWHERE = "127.0.0.1:9153", "127.0.0.1:9154"
RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "packaging", "examples", "prometheus")


def scrape(address=HERE):
    """The exposition as text."""
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=20 * PATIENCE) as answer:
        return answer.read().decode()


def values(text):
    """{"name{labels}": value}"""
    return {m[1]: float(m[2]) for m in re.finditer(r"^([^#\s]\S*(?:\{.*\})?) (\S+)$", text, re.M)}


class Metrics(EndToEndCase):
    @classmethod
    def setUpClass(cls):
        cls.resolver = cls.enterClassContext(Resolver())

    def ask(self, count):
        wire.ask(self.resolver.address4, count)

    def promtool(self, *arguments, **options):
        if not shutil.which("promtool"):
            self.skipTest("promtool is not installed")
        return subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False, **options)

    def test_metrics_are_the_statistics(self):
        with Dnsmon({"metrics": {"listen": HERE}}) as dnsmon:
            self.ask(200)
            dnsmon.wait_events(200, event__action="response")
            told = values(scrape())
            # Another scrape finds what the first one changed nothing of.
            self.assertEqual(values(scrape())["dnsmon_messages_found_total"], 400)
        stats = pick(dnsmon.notices("stats")[-1], "dnsmon.stats")
        for path, name in (("kernel.matched", "dnsmon_kernel_matched_total"), ("kernel.ring_full", "dnsmon_kernel_ring_full_total"),
                           ("counters.messages_found", "dnsmon_messages_found_total"),
                           ("counters.packets_received", "dnsmon_packets_received_total"),
                           ("counters.events_encoded", "dnsmon_events_encoded_total")):
            self.assertEqual(told[name], pick(stats, path), name)
        self.assertEqual(told['dnsmon_events_written_total{sink="stdout"}'] + told["dnsmon_events_in_flight"], 401)
        self.assertEqual(told['dnsmon_events_dropped_total{sink="stdout",reason="closed"}'], 0)
        self.assertEqual(told['dnsmon_sink_failing{sink="stdout"}'], 0)
        server = f'{{server="{self.resolver.address4}"}}'
        self.assertEqual(told["dnsmon_resolver_latency_seconds_count" + server], 200)
        self.assertGreater(told["dnsmon_resolver_latency_seconds_sum" + server], 0)
        self.assertTrue(any(name.startswith("dnsmon_build_info{version=") for name in told))

    def test_promtool_has_nothing_to_complain_about(self):
        with Dnsmon({"metrics": {"listen": HERE}}):
            self.ask(10)
            text = scrape()
        checked = self.promtool("check", "metrics", input=text)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    def test_latency_in_the_statistics_event_is_by_server(self):
        with Dnsmon() as dnsmon:
            self.ask(100)
            with wire.udp_socket() as silent, wire.udp_socket() as s:
                silent.bind(("127.0.0.99", 53))
                s.sendto(wire.query("nobody.example.test", ident=7), ("127.0.0.99", 53))
                dnsmon.wait_event(event__action="timeout")
        resolvers = {row["server"]: row for row in pick(dnsmon.notices("stats")[-1], "dnsmon.stats.resolvers")}
        mine = resolvers[self.resolver.address4]
        self.assertEqual((mine["answers"], mine["timeouts"]), (100, 0))
        durations = sorted(pick(e, "event.duration") for e in dnsmon.events(event__action="response"))
        for quantile, rank in (("p50_ns", 50), ("p90_ns", 90), ("p99_ns", 99)):
            true = durations[rank - 1]
            self.assertLessEqual(abs(mine[quantile] - true), max(0.0625 * true, 1024), (quantile, durations))
        self.assertEqual(resolvers["127.0.0.99"], {"server": "127.0.0.99", "answers": 0, "timeouts": 1})

    def test_reload_turns_it_on_moves_it_and_turns_it_off(self):
        with Dnsmon() as dnsmon:
            with self.assertRaises(urllib.error.URLError):
                scrape()
            for address in (HERE, ELSEWHERE, "0.0.0.0:9154", ELSEWHERE):
                dnsmon.reload({"metrics": {"listen": address}})
                self.assertIn("dnsmon_build_info", scrape(address))
            with self.assertRaises(urllib.error.URLError):
                scrape(HERE)
            dnsmon.reload({"metrics": {"listen": "off"}})
            with self.assertRaises(urllib.error.URLError):
                scrape(ELSEWHERE)

    def test_address_that_is_taken_stops_the_start_and_a_reload_changes_nothing(self):
        with socket.create_server(("127.0.0.1", 9154)):
            with self.assertRaisesRegex(RuntimeError, "metrics.listen: 127.0.0.1:9154: Address already in use"):
                self.enterContext(Dnsmon({"metrics": {"listen": ELSEWHERE}}))
            with Dnsmon({"metrics": {"listen": HERE}}) as dnsmon:
                dnsmon.reload({"metrics": {"listen": ELSEWHERE}, "filter": {"queries": False}})
                dnsmon.wait_log("metrics.listen: 127.0.0.1:9154: Address already in use")
                self.assertIn("dnsmon_build_info", scrape())
                self.ask(1)
                dnsmon.wait_event(event__action="response")
                self.assertEqual(len(dnsmon.events(event__action="query")), 1, "the old filter is in force")

    def test_clients_that_stall_do_not_hold_up_the_stop(self):
        idle = []
        with Dnsmon({"metrics": {"listen": HERE}}):
            for _ in range(8):
                idle.append(socket.create_connection(("127.0.0.1", 9153)))
                idle[-1].send(b"GET /metrics HTTP/1.1\r\n")
        for connection in idle:
            connection.close()

    def test_what_is_no_address_is_a_problem_with_its_place(self):
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as f:
            f.write("metrics:\n  listen: localhost:9153\n")
            f.flush()
            result = run_dnsmon("check-config", "-c", f.name)
        self.assertEqual(result.returncode, 78)
        self.assertIn(":2:11: metrics.listen: \"localhost:9153\" is no IPv4 address with a port", result.stderr)

    def test_alert_rules_fire_when_they_should(self):
        for command in (("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml"), ("check", "config", "scrape.yml")):
            checked = self.promtool(*command, cwd=RULES)
            self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)


if __name__ == "__main__":
    main()
