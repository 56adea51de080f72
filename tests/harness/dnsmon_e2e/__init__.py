# SPDX-License-Identifier: Apache-2.0
"""Harness of the end-to-end tests: a real dnsmon, a real resolver, real clients, in a network namespace of their own.

Nothing here sleeps: every wait is for an event (READY=1, a line, an exit) and has a time limit.
"""
from .case import EndToEndCase, SkipCell, main
from .child import Child
from .client import Client, as_user, in_child
from .daemon import Dnsmon, DNSMON, pick, run_dnsmon
from .hooks import HOOKS, HOOKS_BY_COOKIE, HOOKS_KNOW_FLOWS, RELEASE
from .network import HAS_IPV6, Namespace, Veth, loopback4, loopback6
from .resolver import Resolver
from .waiting import PATIENCE
from . import wire

__all__ = ["EndToEndCase", "SkipCell", "main", "Child", "Client", "as_user", "in_child", "Dnsmon", "DNSMON", "pick", "HOOKS",
           "HOOKS_BY_COOKIE", "HOOKS_KNOW_FLOWS", "RELEASE", "run_dnsmon", "HAS_IPV6", "Namespace", "Veth", "loopback4", "loopback6", "Resolver", "PATIENCE", "wire"]
