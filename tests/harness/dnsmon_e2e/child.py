# SPDX-License-Identifier: Apache-2.0
"""Processes that act when they are told to, so that a test decides who sends when."""
import contextlib
import os
import signal
import socket

from .waiting import PATIENCE


class Child:
    """A forked process that does work(ask) each time it is told to; ask is what was sent to it."""

    def __init__(self, work, *fds):
        self.here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.here.settimeout(20 * PATIENCE)
        self.pid = os.fork()
        if self.pid == 0:
            self.here.close()
            with contextlib.suppress(BaseException):
                while order := there.recv(4096):
                    there.send(repr(work(order)).encode())
            os._exit(0)
        there.close()

    def tell(self, order=b"go"):
        self.here.send(order)
        return self.here.recv(4096)

    def end(self):
        self.here.close()
        os.kill(self.pid, signal.SIGTERM)  # it may be in the middle of its work, waiting
        os.waitpid(self.pid, 0)
