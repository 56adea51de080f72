# SPDX-License-Identifier: Apache-2.0
"""syslog-ng and rsyslog as Debian ships them and the OpenTelemetry Collector, each in its own root, with the packaged example as their configuration.

The roots lie in the cache and serve many runs: what a run writes is in file systems of its own (this mount namespace's).
"""
import os
import subprocess

from dnsmon_e2e import PATIENCE
from dnsmon_e2e.waiting import LineCollector

from .servers import prepared

EXAMPLES = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), *[".."] * 3, "packaging", "examples"))


class Shipper:
    """`logs`: the directory that is /var/log/dnsmon there; `example`: a file of packaging/examples, taken as it is."""
    part = ""
    fresh = ()  # directories that are empty at the start of each run

    def __init__(self, example, logs=None):
        self._example, self._logs = example, logs

    def __enter__(self):
        self.root = os.path.join(prepared(self.part), self.part)
        self._mounts = []
        for path in (*self.fresh, "/run", "/var/log"):
            self._mount("-t", "tmpfs", "tmpfs", self.root + path)
        if self._logs:
            self.show(self._logs, "/var/log/dnsmon")
        with open(os.path.join(EXAMPLES, self._example)) as f:
            self.configure(f.read())
        self.process = subprocess.Popen(["chroot", self.root, *self.command], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env={"PATH": "/usr/sbin:/usr/bin"})
        self._log = LineCollector(self.process.stderr)
        if not self._log.wait(lambda lines: any(self.ready_text in line for line in lines), 30):
            raise RuntimeError(f"{self.part} did not start:\n" + self.log)
        return self

    def show(self, directory, path):
        """A directory of ours at `path` there."""
        os.makedirs(self.root + path, exist_ok=True)
        self._mount("--bind", directory, self.root + path)

    def _mount(self, *words):
        subprocess.run(["mount", *words], check=True)
        self._mounts.append(words[-1])

    @property
    def log(self):
        return "".join(self._log.lines)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30 * PATIENCE)
        self._log.finish()
        for path in reversed(self._mounts):
            subprocess.run(["umount", path], check=True)


class SyslogNg(Shipper):
    part = "syslog-ng"
    fresh = ("/etc/syslog-ng", "/var/lib/syslog-ng")
    command = ["/usr/sbin/syslog-ng", "--foreground", "--stderr", "--no-caps"]
    ready_text = "syslog-ng starting up"

    def __init__(self, example, logs=None, journal=False):
        super().__init__(example, logs)
        self._journal = journal

    def configure(self, example):
        if self._journal:
            self.show("/var/log/journal", "/var/log/journal")
            self.show("/run/log", "/run/log")
            self._mount("--bind", "/etc/machine-id", self.root + "/etc/machine-id")
            self._mount("-t", "proc", "proc", self.root + "/proc")  # sd_journal watches files by their place there
        with open(self.root + "/etc/syslog-ng/syslog-ng.conf", "w") as f:
            f.write("@version: 3.38\n" + example)


class Rsyslog(Shipper):
    part = "rsyslog"
    fresh = ("/var/spool/rsyslog",)
    command = ["/usr/sbin/rsyslogd", "-n", "-f", "/run/rsyslog.conf", "-i", "NONE"]
    ready_text = "start"

    def configure(self, example):
        with open(self.root + "/run/rsyslog.conf", "w") as f:
            f.write(example)


class OtelCollector(Shipper):
    part = "otelcol"
    fresh = ("/var/lib",)
    command = ["/usr/bin/otelcol", "--config", "/run/otelcol.yaml"]
    ready_text = "Everything is ready"

    def configure(self, example):
        with open(self.root + "/run/otelcol.yaml", "w") as f:
            f.write(example)
