# SPDX-License-Identifier: Apache-2.0
"""A running dnsmon: started with a configuration, waited for by READY=1, its events and its log collected."""
import copy
import io
import json
import os
import signal
import subprocess
import tempfile

from .hooks import HOOKS
from .waiting import LineCollector, NotifySocket, PATIENCE

_TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", "..", ".."))
DNSMON = os.path.realpath(os.environ.get("DNSMON", os.path.join(_TOP, "build", "dev", "dnsmon")))


def run_dnsmon(*arguments, seconds=30, prefix=(), **options):
    """Runs dnsmon to its end; subprocess.CompletedProcess with text output."""
    return subprocess.run([*prefix, DNSMON, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=seconds * PATIENCE, check=False, **options)


def pick(event, path, default=None):
    """event["a"]["b"] for "a.b"; default where it is not there."""
    for key in path.split("."):
        if not isinstance(event, dict) or key not in event:
            return default
        event = event[key]
    return event


def _merge(base, changes):
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _merge(base[key], value)
        else:
            base[key] = value
    return base


class Dnsmon:
    """`config` is merged over a quiet default (no journald, events on standard output). `stdout`: a descriptor that takes
    the events in place of `lines`."""

    def __init__(self, config=None, arguments=("--stdout",), environment=None, stdout=None):
        self.config = _merge({"hooks": {"mode": HOOKS}, "output": {"journald": False}, "stats": {"interval": "1h"}},
                             config or {})
        self._arguments = arguments
        self._environment = environment or {}
        self._stdout = stdout
        self.status = None
        self._reloads = 0

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="dnsmon-test-")
        self.config_path = os.path.join(self._directory.name, "dnsmon.yaml")
        with open(self.config_path, "w") as f:
            json.dump(self.config, f)  # JSON is YAML
        self._notify = NotifySocket(os.path.join(self._directory.name, "notify"))
        self.process = subprocess.Popen(
            [DNSMON, "run", *self.config_arguments(), *self._arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if self._stdout is None else self._stdout, stderr=subprocess.PIPE, text=True, errors="surrogateescape",
            env=os.environ | {"NOTIFY_SOCKET": self._notify.path} | self._environment)
        self.pid = self.process.pid
        self._out = LineCollector(self.process.stdout or io.StringIO())
        self._err = LineCollector(self.process.stderr)
        if not self._notify.wait_ready(self.pid, 30):
            self.process.kill()
            self.process.wait()
            self._err.finish()  # the last line says why
            raise RuntimeError(f"dnsmon did not get ready (exit {self.process.returncode}):\n{self.log}")
        return self

    def config_arguments(self):
        return ["-c", self.config_path]

    def __exit__(self, kind, *_):
        if self.status is None:
            self.stop()
        self._notify.close()
        self._directory.cleanup()
        if kind is None and self.status != 0:
            raise AssertionError(f"dnsmon ended with exit code {self.status}:\n{self.log}")

    def stop(self, number=signal.SIGTERM):
        """Asks it to end, waits until it has; the exit code. Events that were still on the way are there afterwards."""
        self.process.send_signal(number)
        try:
            self.status = self.process.wait(30 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.status = self.process.wait()
            raise AssertionError(f"dnsmon did not stop within 30 s of signal {number}:\n{self.log}") from None
        self._out.finish()
        self._err.finish()
        return self.status

    def reload(self, config):
        """SIGHUP with `config` merged over the one it was started with; returns once the daemon says that it is done."""
        self.reload_text(json.dumps(_merge(copy.deepcopy(self.config), config)))

    def reload_text(self, text):
        with open(self.config_path + ".new", "w") as f:
            f.write(text)
        os.rename(self.config_path + ".new", self.config_path)
        self._reloads += 1
        self.process.send_signal(signal.SIGHUP)
        if not self._notify.wait_count("READY=1", 1 + self._reloads, 20):
            raise AssertionError(f"no READY=1 after a reload:\n{self.log}")

    @property
    def log(self):
        return "".join(self._err.lines)

    @property
    def notified(self):
        """What the service manager was told, a line each."""
        return self._notify.messages

    def notified_count(self, message, count, seconds):
        """Whether the service manager is told that so many times before the time is up."""
        return self._notify.wait_count(message, count, seconds)

    def wait_notified(self, found, seconds):
        """The first true value of found(line) for a line that the service manager is told; None when the time is up."""
        return self._notify.wait_message(found, seconds)

    @property
    def lines(self):
        """Everything on standard output so far."""
        return list(self._out.lines)

    def events(self, **wanted):
        """DNS events so far whose fields have the values wanted; "__" stands for the dots of a path."""
        return [e for e in map(json.loads, self.lines) if _is_dns(e) and _matches(e, wanted)]

    def notices(self, action):
        """Events about the daemon itself: stats, loss, start, stop."""
        return [e for e in map(json.loads, self.lines) if not _is_dns(e) and pick(e, "event.action") == action]

    def wait_event(self, seconds=15, **wanted):
        """The first DNS event with these values; fails with what came instead."""
        return self.wait_events(1, seconds, **wanted)[0]

    def wait_events(self, count, seconds=15, **wanted):
        seen = [0, []]  # lines looked at, events found: each line is parsed once

        def enough(lines):
            for line in lines[seen[0]:]:
                event = json.loads(line)
                if _is_dns(event) and _matches(event, wanted):
                    seen[1].append(event)
            seen[0] = len(lines)
            return len(seen[1]) >= count
        if not self._out.wait(enough, seconds):
            raise AssertionError(f"{len(seen[1])} of {count} events {wanted} came in time; the last lines were:\n"
                                 + "".join(self.lines[-10:]) + "the log:\n" + self.log[-4000:])
        return seen[1]

    def wait_line(self, found, seconds=15):
        """The first line of standard output for which found(line) is true (formats that are not JSON)."""
        line = self._out.wait(lambda lines: next((x for x in lines if found(x)), None), seconds)
        if line is None:
            raise AssertionError("no such line; the last ones were:\n" + "".join(self.lines[-10:]) + self.log[-4000:])
        return line

    def wait_log(self, text, seconds=15):
        if not self._err.wait(lambda lines: any(text in line for line in lines), seconds):
            raise AssertionError(f"{text!r} did not appear in the log:\n{self.log}")


def _is_dns(event):
    return pick(event, "event.dataset") == "dnsmon.dns"


def _matches(event, wanted):
    return all(pick(event, path.replace("__", ".")) == value for path, value in wanted.items())
