#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Loki has every event of a mixed load, and LogQL finds what an administrator looks for, also through the dashboard."""
import json
import os
import re
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dnsmon_e2e import main, pick  # noqa: E402
from dnsmon_e2e.journal import Journal  # noqa: E402
from shipping.case import ShippingCase  # noqa: E402
from shipping.relay import Relay, otlp_results  # noqa: E402
from shipping.servers import Loki, prepared  # noqa: E402
from shipping.shippers import EXAMPLES, OtelCollector, SyslogNg  # noqa: E402

DASHBOARD = os.path.join(EXAMPLES, "grafana", "dnsmon.json")
ALL = '{service_name="dnsmon"}'


class ToLoki(ShippingCase):
    @classmethod
    def setUpClass(cls):
        prepared("loki", "syslog-ng")

    def setUp(self):
        super().setUp()
        self.server = self.enterContext(Loki())
        self.relay = self.enterContext(Relay(3100, Loki.port, otlp_results))

    def instant(self, logql):
        """{labels: value} of a metric query over the whole test; labels as a tuple of their values."""
        answer = self.server.call("GET", "/loki/api/v1/query", query=logql, time=f"{time.time() + 1:.0f}")
        return {tuple(r["metric"].values()): float(r["value"][1]) for r in answer["data"]["result"]}

    def test_file_across_rotations_by_syslog_ng(self):
        self.ship(SyslogNg("syslog-ng-loki.conf", self.logs))

    def test_file_across_rotations_by_the_opentelemetry_collector(self):
        prepared("otelcol")
        self.ship(OtelCollector("otel-collector.yaml", self.logs))

    def ship(self, shipper):
        """One load; then Loki is asked."""
        with shipper, self.monitor(journald=True) as dnsmon:
            def after_each(number):
                if number == 1:
                    self.enterContext(Journal())
                    self.load.programs()
                    self.wait_loss()
            self.phases(after_each)
            dnsmon.stop()
            lines = self.file_lines()
            self.relay.wait_accepted(len(lines))
        self.assert_books("file", lines)
        self.events = [json.loads(line) for line in lines]
        for check in (self.every_event_is_there, self.labels_are_few, self.a_process_and_its_failures,
                      self.latency_by_resolver, self.every_query_of_the_dashboard):
            with self.subTest(check.__name__):
                check()

    def every_event_is_there(self):
        self.assertEqual(self.instant(f"sum(count_over_time({ALL}[1h]))"), {(): len(self.events)})
        by_action = self.instant(f'sum by (action) (count_over_time({ALL} | json action="event.action" [1h]))')
        self.assertEqual({action: count for (action,), count in by_action.items()},
                         self.actions(map(json.dumps, self.events)))

    def labels_are_few(self):
        series = self.server.call("GET", "/loki/api/v1/series", **{"match[]": ALL})["data"]
        # Loki itself splits a busy stream by a label of its own.
        self.assertEqual([{k: v for k, v in labels.items() if k != "__stream_shard__"} for labels in series],
                         [{"service_name": "dnsmon"}] * len(series))

    def a_process_and_its_failures(self):
        answer = self.server.call("GET", "/loki/api/v1/query_range", limit=5000, start=f"{time.time() - 3600:.0f}",
                                  query=f'{ALL} | json | process_name="dig" | dns_response_code="NXDOMAIN"')
        found = {value[1]: value[0] for stream in answer["data"]["result"] for value in stream["values"]}
        wanted = [e for e in self.events if pick(e, "process.name") == "dig" and pick(e, "dns.response_code") == "NXDOMAIN"]
        self.assertTrue(wanted)
        self.assertCountEqual(map(json.loads, found), wanted)
        # The record's time is the event's, to the microsecond.
        for line, time_ns in found.items():
            at = json.loads(line)["@timestamp"]
            self.assertEqual(int(time_ns) // 1000 % 1_000_000, int(at[20:26]), at)
            self.assertEqual(time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(int(time_ns) // 10**9)), at[:19])

    def latency_by_resolver(self):
        measured = self.instant(f'quantile_over_time(0.5, {ALL} | json | event_action="response" | event_duration != "" '
                                '| unwrap event_duration [1h]) by (source_ip)')
        wanted = {}
        for e in self.events:
            if pick(e, "event.action") == "response" and pick(e, "event.duration") is not None:
                wanted.setdefault((pick(e, "source.ip"),), []).append(pick(e, "event.duration"))
        self.assertEqual(measured.keys(), wanted.keys())
        for resolver, durations in wanted.items():
            self.assertAlmostEqual(measured[resolver] / statistics.median(durations), 1, delta=0.02, msg=resolver)

    def every_query_of_the_dashboard(self):
        with open(DASHBOARD) as f:
            dashboard = json.load(f)
        values = {v["name"]: v["current"].get("value", "") for v in dashboard["templating"]["list"]}
        values |= {"__auto": "1h", "__range": "1h"}
        queries = [(panel["title"], target["expr"]) for panel in dashboard["panels"] for target in panel["targets"]]
        self.assertGreater(len(queries), 8)
        for title, expr in queries:
            with self.subTest(title):
                logql = re.sub(r"\$(\w+)", lambda found: values[found[1]], expr)
                answer = self.server.call("GET", "/loki/api/v1/query_range", query=logql, limit=100, step=60,
                                          start=f"{time.time() - 600:.0f}", end=f"{time.time() + 60:.0f}")
                self.assertTrue(answer["data"]["result"], logql)
                self.assertFalse([s for s in answer["data"]["result"] if "__error__" in s.get("metric", s.get("stream"))], logql)


if __name__ == "__main__":
    main()
