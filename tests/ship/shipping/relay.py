# SPDX-License-Identifier: Apache-2.0
"""Stands where the examples' configuration expects the server and passes every request on to the real one.

So a test is woken by each answer instead of asking again and again, and sees what a shipper does not look at: the result
of every single event.
"""
import gzip
import http.client
import http.server
import json
import threading

from dnsmon_e2e import PATIENCE


def bulk_results(request, answer):
    """Elasticsearch: one result for each event of a _bulk request."""
    results = [next(iter(item.values())) for item in json.loads(answer)["items"]]
    lines = request.decode().splitlines()[1::2]
    return ([line for line, result in zip(lines, results, strict=True) if "error" not in result],
            [result["error"] for result in results if "error" in result])


def otlp_results(request, _):
    """Loki takes a request whole or not at all."""
    return [record["body"]["stringValue"] for resource in json.loads(request)["resourceLogs"]
            for scope in resource["scopeLogs"] for record in scope["logRecords"]], []


class Relay:
    """`accepted`: lines that the server took; `refused`: what it said about each that it did not take."""

    def __init__(self, port, server_port, results):
        self.accepted, self.refused = [], []
        self._server_port, self._results = server_port, results
        self._changed = threading.Condition()
        relay = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                request = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers["Content-Encoding"] == "gzip":
                    request = gzip.decompress(request)
                status, answer = relay._pass_on(self.path, self.headers["Content-Type"], request)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def _pass_on(self, path, kind, request):
        connection = http.client.HTTPConnection("127.0.0.1", self._server_port, timeout=60 * PATIENCE)
        connection.request("POST", path, request, {"Content-Type": kind})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        with self._changed:
            if response.status >= 300:
                self.refused.append((response.status, answer[:2000]))
            else:
                accepted, refused = self._results(request, answer)
                self.accepted += accepted
                self.refused += refused
            self._changed.notify_all()
        return response.status, answer

    def wait_accepted(self, count, of=lambda line: True, seconds=60):
        """Until the server has taken so many lines in all for which of(line); fails when it refused one or the time is up."""
        seen = [0, 0]  # lines looked at, of those found: each is looked at once

        def enough():
            seen[1] += sum(map(of, self.accepted[seen[0]:]))
            seen[0] = len(self.accepted)
            return seen[1] >= count
        with self._changed:
            self._changed.wait_for(lambda: self.refused or enough(), seconds * PATIENCE)
            if self.refused or not enough():
                raise AssertionError(f"{seen[1]} of {count} events accepted, {len(self.refused)} refused: {self.refused[:3]}")

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
