# SPDX-License-Identifier: Apache-2.0
"""A real resolver (unbound) that answers from local data only: no network is needed, and every answer is known."""
import subprocess
import tempfile
import os

from .network import HAS_IPV6, loopback4, loopback6
from .waiting import LineCollector

# name type data, as a zone file has them; what the tests compare events with.
RECORDS = [
    ("www.example.test", "A", "192.0.2.1"),
    ("www.example.test", "AAAA", "2001:db8::1"),
    ("alias.example.test", "CNAME", "www.example.test."),
    ("mail.example.test", "MX", "10 www.example.test."),
    ("text.example.test", "TXT", '"a text" "of \\"two\\" strings"'),
    ("_sip._tcp.example.test", "SRV", "1 2 5060 www.example.test."),
    ("1.2.0.192.in-addr.arpa", "PTR", "www.example.test."),
] + [("many.example.test", "A", f"198.51.{100 + i // 250}.{1 + i % 250}") for i in range(240)]

CONFIG = """
server:
  do-daemonize: no
  use-syslog: no
  logfile: ""
  verbosity: 1
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: ""
  num-threads: {threads}
  so-reuseport: yes
  incoming-num-tcp: 100
  module-config: "iterator"
  do-not-query-localhost: no
  access-control: 0.0.0.0/0 allow
  access-control: ::0/0 allow
  interface-automatic: no
{interfaces}
  local-zone: "test." static
  local-zone: "2.0.192.in-addr.arpa." static
{data}
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@9
"""


class Resolver:
    """`address4`, `address6`: where it answers, on `port`. `wrap` runs it elsewhere (another namespace)."""

    def __init__(self, addresses=None, wrap=lambda *argv: list(argv), threads=1, port=53):
        self.addresses = addresses or [loopback4(), *([loopback6()] if HAS_IPV6 else [])]
        self.address4 = next((a for a in self.addresses if ":" not in a), None)
        self.address6 = next((a for a in self.addresses if ":" in a), None)
        self._wrap = wrap
        self._threads = threads
        self._port = port

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="dnsmon-resolver-")
        path = os.path.join(self._directory.name, "unbound.conf")
        with open(path, "w") as f:
            f.write(CONFIG.format(
                directory=self._directory.name, threads=self._threads,
                interfaces="\n".join(f"  interface: {a}@{self._port}" for a in self.addresses),
                data="\n".join(f"  local-data: '{name}. 300 IN {kind} {data}'" for name, kind, data in RECORDS)))
        self.process = subprocess.Popen(self._wrap("unbound", "-d", "-c", path), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self._log = LineCollector(self.process.stderr)
        if not self._log.wait(lambda lines: any("start of service" in line for line in lines), 20):
            raise RuntimeError("unbound did not start:\n" + "".join(self._log.lines))
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        self._log.finish()
        self._directory.cleanup()

    def become_system_resolver(self):
        """getaddrinfo asks us: resolv.conf and nsswitch.conf of this mount namespace. The test's own files stay."""
        for target, text in (("/etc/resolv.conf", f"nameserver {self.address4}\noptions timeout:5 attempts:2\n"),
                             ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")):
            path = os.path.join(self._directory.name, os.path.basename(target))
            with open(path, "w") as f:
                f.write(text)
            if not os.path.exists(target):
                with open(target, "w"):
                    pass
            subprocess.run(["mount", "--bind", path, os.path.realpath(target)], check=True)
