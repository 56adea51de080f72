#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Elasticsearch takes every event of a mixed load, shipped by the packaged examples, to the event."""
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from dnsmon_e2e import main, pick  # noqa: E402
from dnsmon_e2e.journal import Journal  # noqa: E402
from shipping.case import ShippingCase  # noqa: E402
from shipping.ecs_mapping import packaged_template, strict_mapping  # noqa: E402
from shipping.relay import Relay, bulk_results  # noqa: E402
from shipping.servers import Elasticsearch, prepared  # noqa: E402
from shipping.shippers import Rsyslog, SyslogNg  # noqa: E402

INDEX = "logs-dnsmon.dns-default"
ACTIONS = {"query", "response", "timeout", "stats", "loss", "start", "stop"}


class ToElasticsearch(ShippingCase):
    @classmethod
    def setUpClass(cls):
        prepared("elasticsearch", "syslog-ng")
        cls.server = cls.enterClassContext(Elasticsearch())

    def setUp(self):
        super().setUp()
        # The bare server cannot delete a data stream: what another test left in it is older than this.
        self.start = {"range": {"@timestamp": {"gte": int(time.time() * 1000)}}}
        self.relay = self.enterContext(Relay(9200, Elasticsearch.port, bulk_results))

    def use_packaged_template(self):
        self.server.call("PUT", "/_index_template/dnsmon", packaged_template())

    def count(self, *filters):
        """Documents of this test for which all filters are true."""
        self.server.call("POST", f"/{INDEX}/_refresh")
        return self.server.call("POST", f"/{INDEX}/_count", {"query": {"bool": {"filter": [self.start, *filters]}}})["count"]

    def assert_all_there(self, lines):
        """The server has each of these lines, by action, and finds them by their fields."""
        self.assertEqual(self.relay.refused, [])
        self.assertEqual(self.count(), len(lines))
        for action, count in self.actions(lines).items():
            self.assertEqual(self.count({"term": {"event.action": action}}), count, action)
        dig = sum(1 for e in map(json.loads, lines) if pick(e, "process.name") == "dig"
                  and pick(e, "dns.response_code") == "NXDOMAIN" and pick(e, "event.duration", 0) > 0)
        self.assertGreater(dig, 0)
        self.assertEqual(dig, self.count({"term": {"process.name": "dig"}}, {"term": {"dns.response_code": "NXDOMAIN"}},
                                         {"range": {"event.duration": {"gt": 0}}}, {"term": {"source.ip": "127.0.0.0/8"}}))

    def test_file_across_rotations_into_the_strict_ecs_mapping(self):
        """syslog-ng follows the file; journald, which is another output here, is away for a while: a loss event."""
        self.server.call("PUT", f"/{INDEX}", strict_mapping())
        self.addCleanup(self.server.call, "DELETE", f"/{INDEX}")
        with SyslogNg("syslog-ng.conf", self.logs), self.monitor(journald=True) as dnsmon:
            def after_each(number):
                if number == 1:
                    self.enterContext(Journal())
                    self.load.programs()
                    self.wait_loss()
            self.phases(after_each)
            dnsmon.stop()
            lines = self.file_lines()
            self.relay.wait_accepted(len(lines))
        self.assertGreater(len(os.listdir(self.logs)), 2, "no rotation")
        self.assertGreaterEqual(len(lines), 10_000)
        self.assertEqual(set(self.actions(lines)), ACTIONS)
        self.assert_books("file", lines)
        self.assert_ecs(lines)
        self.assert_all_there(lines)

    def test_journal_into_the_packaged_template(self):
        """syslog-ng reads a real journal; the file, which is another output here, is away for a while: a loss event."""
        self.use_packaged_template()
        with Journal(), self.monitor(journald=True) as dnsmon, SyslogNg("syslog-ng-journal.conf", journal=True):
            def after_each(number):
                if number == 1:
                    os.rename(self.parent, self.parent + ".away")
                elif number == 2:
                    os.rename(self.parent + ".away", self.parent)
            self.phases(after_each)
            self.wait_loss()
            dnsmon.stop()
            lines = subprocess.run(["journalctl", "--output=cat", "--all", "SYSLOG_IDENTIFIER=dnsmon", "_TRANSPORT=journal"],
                                   check=True, capture_output=True, text=True).stdout.splitlines()
            self.relay.wait_accepted(len(lines))
        self.assertEqual(set(self.actions(lines)), ACTIONS)
        self.assert_books("journald", lines)
        self.assert_all_there(lines)

    def test_file_by_rsyslog_into_the_packaged_template(self):
        prepared("rsyslog")
        self.use_packaged_template()
        with Rsyslog("rsyslog.conf", self.logs), self.monitor() as dnsmon:
            self.phases()
            dnsmon.stop()
            lines = self.file_lines()
            self.relay.wait_accepted(len(lines))
        self.assertGreater(len(os.listdir(self.logs)), 2, "no rotation")
        self.assert_books("file", lines)
        self.assert_all_there(lines)


if __name__ == "__main__":
    main()
