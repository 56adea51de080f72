# SPDX-License-Identifier: Apache-2.0
"""Addresses and devices of a test's own network namespace.

The owners map of the kernel side is one for the whole host, so every test process has addresses that no other uses.
"""
import os
import subprocess
import sys

HAS_IPV6 = os.path.exists("/proc/net/if_inet6")  # not with ipv6.disable=1
_MARK = os.getpid() & 0xFFFF
_used = 0


def _next():
    global _used
    _used += 1
    return _used


def loopback4():
    """A fresh address of 127/8."""
    return f"127.{1 + _MARK % 250}.{_MARK // 250 % 250}.{_next() + 1}"


def loopback6():
    """A fresh unique local address, added to lo (this namespace's)."""
    address = f"fd53:{_MARK:x}::{_next():x}"
    subprocess.run(["ip", "-6", "addr", "add", f"{address}/128", "dev", "lo", "nodad"], check=True)
    return address


def enter_private_namespaces():
    """Runs the test program again in network and mount namespaces of its own, with the loopback device up."""
    if os.environ.get("DNSMON_TEST_NAMESPACE") == "private":
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    os.environ["DNSMON_TEST_NAMESPACE"] = "private"
    os.execvp("unshare", ["unshare", "--net", "--mount", "--propagation", "private", *sys.orig_argv])


class Namespace:
    """Another network namespace, with its loopback device up."""

    def __init__(self):
        self.name = f"dnsmon-test-{os.getpid()}-{_next()}"

    def __enter__(self):
        self._ip("netns", "add", self.name)
        self.inside("link", "set", "lo", "up")
        return self

    @property
    def inode(self):
        """As lsns(8) shows it."""
        return os.stat(f"/run/netns/{self.name}").st_ino

    def command(self, *argv):
        """`argv` as it must be run to run there; ip exec()s it, so the pid stays."""
        return ["ip", "netns", "exec", self.name, *argv]

    def inside(self, *words):
        """ip(8) there."""
        self._ip("-n", self.name, *words)

    def __exit__(self, *_):
        self._ip("netns", "del", self.name)

    @staticmethod
    def _ip(*words):
        subprocess.run(["ip", *words], check=True)


class Veth(Namespace):
    """A second host: a network namespace joined to ours by a veth pair; `here` and `there` are the addresses."""

    def __init__(self):
        super().__init__()
        net = f"10.{_MARK >> 8}.{_MARK & 255}"
        self.here, self.there = f"{net}.1", f"{net}.2"

    def __enter__(self):
        super().__enter__()
        self._ip("link", "add", "veth-here", "type", "veth", "peer", "name", "veth-there", "netns", self.name)
        self._ip("addr", "add", f"{self.here}/24", "dev", "veth-here")
        self._ip("link", "set", "veth-here", "up")
        self.inside("addr", "add", f"{self.there}/24", "dev", "veth-there")
        self.inside("link", "set", "veth-there", "up")
        return self
