# SPDX-License-Identifier: Apache-2.0
"""Waiting without sleeping: lines of a running program, READY=1 of a service, the end of a process."""
import os
import select
import socket
import threading
import time

# Emulated machines and sanitizers are slower than the time limits were made for.
PATIENCE = float(os.environ.get("DNSMON_TEST_PATIENCE", "1"))


class LineCollector:
    """Reads a pipe to its end in a thread; whoever waits is woken by each line."""

    def __init__(self, pipe):
        self.lines = []
        self.at_end = False
        self._changed = threading.Condition()
        self._pipe = pipe
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for line in self._pipe:
            with self._changed:
                if self.accept(line):
                    self.lines.append(line)
                self._changed.notify_all()
        with self._changed:
            self.at_end = True
            self._changed.notify_all()

    def accept(self, line):
        """Whether the line is kept; for collectors that also pass lines on."""
        return True

    def wait(self, found, seconds):
        """The first true value of found(lines), called anew as lines arrive; None at the end or after the limit."""
        deadline = time.monotonic() + seconds * PATIENCE
        with self._changed:
            while True:
                value = found(self.lines)
                if value:
                    return value
                left = deadline - time.monotonic()
                if self.at_end or left <= 0:
                    return None
                self._changed.wait(left)

    def finish(self):
        self._thread.join(10 * PATIENCE)
        self._pipe.close()


class NotifySocket:
    """The receiving end of sd_notify; read all the time, as a service manager does: its queue is short."""

    def __init__(self, path):
        self.path = path
        self.messages = []
        self._ended = False
        self._changed = threading.Condition()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.bind(path)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while True:
            message = self._socket.recv(65536).decode()
            if not message:  # close() says so
                return
            with self._changed:
                self.messages += message.splitlines()
                self._changed.notify_all()

    def wait_ready(self, pid, seconds):
        """True once READY=1 has come; False when the process ended first or the time is up."""
        pidfd = os.pidfd_open(pid)
        watcher = threading.Thread(target=self._watch, args=(pidfd,), daemon=True)
        watcher.start()
        with self._changed:
            self._changed.wait_for(lambda: "READY=1" in self.messages or self._ended, seconds * PATIENCE)
            return "READY=1" in self.messages

    def wait_count(self, message, count, seconds):
        """True once `message` has come `count` times."""
        with self._changed:
            return self._changed.wait_for(lambda: self.messages.count(message) >= count, seconds * PATIENCE)

    def wait_message(self, found, seconds):
        """The first true value of found(message), old ones first; None when the time is up."""
        with self._changed:
            return self._changed.wait_for(lambda: next(filter(None, map(found, self.messages)), None), seconds * PATIENCE)

    def _watch(self, pidfd):
        select.select([pidfd], [], [])
        os.close(pidfd)
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def close(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
            s.sendto(b"", self.path)
        self._thread.join(10)
        self._socket.close()
