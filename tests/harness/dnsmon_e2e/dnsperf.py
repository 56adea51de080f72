# SPDX-License-Identifier: Apache-2.0
"""dnsperf as a load: how many queries it sent and how many answers came is known to the message."""
import re
import subprocess


class Dnsperf:
    """Runs until `seconds` are over. `names`: a data file, or a pipe's reading end that names are written into all the
    time. `rate` None: as fast as it goes. finish() waits and gives `sent`, `completed` and `cpu_s`."""

    def __init__(self, address, names, seconds, rate=None, clients=10, outstanding=1000, tcp=False):
        self._seconds = seconds
        source = {"stdin": subprocess.DEVNULL} if isinstance(names, str) else {"stdin": names}
        self.process = subprocess.Popen(
            ["dnsperf", "-s", address, "-l", str(seconds), "-c", str(clients), "-q", str(outstanding),
             *(["-m", "tcp"] if tcp else []), *(["-d", names] if isinstance(names, str) else []), *(["-Q", str(rate)] if rate else [])],
            **source, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self):
        report = self.process.communicate()[0]
        if self.process.returncode:
            raise RuntimeError(f"dnsperf: exit {self.process.returncode}\n{report}")
        self.sent, self.completed, self.lost = (int(re.search(rf"Queries {word}:\s+(\d+)", report).group(1))
                                                for word in ("sent", "completed", "lost"))
        self.rate = self.completed / self._seconds
        return self
