# SPDX-License-Identifier: Apache-2.0
"""Datagrams as fast as one thread can send them, and what one of them costs its sender."""
import collections
import os
import subprocess

_SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "bench", "udp_flood.cpp")

Flooded = collections.namedtuple("Flooded", "per_second cost_ns")


class UdpFlood:
    """Builds the program in `directory`; where there is no compiler (a guest), DNSMON_TEST_UDP_FLOOD is one that was built
    elsewhere."""

    def __init__(self, directory):
        self._program = os.environ.get("DNSMON_TEST_UDP_FLOOD")
        if not self._program:
            self._program = os.path.join(directory, "udp_flood")
            subprocess.run(["c++", "-std=c++20", "-O2", "-pthread", "-o", self._program, _SOURCE], check=True)

    def run(self, port, seconds, messages=0, payload=bytes(200)):
        """To a socket of its own on loopback; `messages` 0: as many as there is time for."""
        argv = [self._program, str(port), str(seconds), str(messages), payload.hex()]
        sent, took, cpu = subprocess.run(argv, check=True, capture_output=True, text=True).stdout.split()
        return Flooded(int(sent) / float(took), 1e9 * float(cpu) / int(sent))
