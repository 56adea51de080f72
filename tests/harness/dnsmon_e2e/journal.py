# SPDX-License-Identifier: Apache-2.0
"""A systemd-journald of the test's own, in its mount namespace, asked with journalctl."""
import json
import os
import subprocess
import tempfile

from .waiting import LineCollector, NotifySocket

JOURNALD = "/lib/systemd/systemd-journald"
_DIRECTORIES = ("/run/systemd/journal", "/run/log", "/var/log/journal")


class Journal:
    """systemd-journald on fresh /run/systemd/journal, /run/log and /var/log/journal."""

    def __enter__(self):
        for path in _DIRECTORIES:
            os.makedirs(path, exist_ok=True)
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", path], check=True)
        self._directory = tempfile.TemporaryDirectory(prefix="dnsmon-journal-")
        # Its configuration and machine-id are ours too: a container may have neither.
        machine_id = os.path.join(self._directory.name, "machine-id")
        with open(machine_id, "w") as f:
            f.write("6" * 32 + "\n")
        if not os.path.exists("/etc/machine-id"):
            open("/etc/machine-id", "w").close()
        subprocess.run(["mount", "--bind", machine_id, "/etc/machine-id"], check=True)
        self.start()
        return self

    def start(self):
        """Also after stop(): journald comes back where it was."""
        notify = NotifySocket(os.path.join(self._directory.name, "notify"))
        self.process = subprocess.Popen([JOURNALD], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True,
                                        env=os.environ | {"NOTIFY_SOCKET": notify.path})
        self._log = LineCollector(self.process.stderr)
        if not notify.wait_ready(self.process.pid, 20):
            raise RuntimeError("systemd-journald did not start:\n" + "".join(self._log.lines))
        notify.close()
        os.unlink(notify.path)

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self._log.finish()

    def __exit__(self, *_):
        self.stop()
        for path in ("/etc/machine-id", *_DIRECTORIES):  # another journal may follow
            subprocess.run(["umount", "--lazy", path], check=True)
        self._directory.cleanup()

    def wait_entry(self, *matches, accept=lambda entry: True, seconds=20):
        """The first entry that journalctl shows for these matches."""
        follow = subprocess.Popen(["journalctl", "--follow", "--lines=all", "--output=json", "--all", *matches],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        lines = LineCollector(follow.stdout)
        try:
            line = lines.wait(lambda all_: next((x for x in all_ if accept(json.loads(x))), None), seconds)
        finally:
            follow.terminate()
            follow.wait()
            lines.finish()
        if line is None:
            raise AssertionError(f"no entry {matches} in the journal")
        return json.loads(line)
