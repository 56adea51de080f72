#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A file output whose owner is over quota (EDQUOT), on a disk with room enough: the books of faults.py.

The owner is root, whom quota does not bind with CAP_SYS_RESOURCE: the daemon has given that up.
"""
import ctypes
import datetime
import json
import os
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "harness"))
import faults  # noqa: E402
from dnsmon_e2e import SkipCell, main, pick  # noqa: E402


class UserQuota:
    """root's quota of blocks on a mounted file system: quotactl(2) with struct if_dqblk, for which Python has no name."""
    _GET, _SET = 0x800007 << 8, 0x800008 << 8  # QCMD(Q_GETQUOTA, USRQUOTA) …
    _DQBLK = struct.Struct("8QI4x")
    _BLOCK_LIMITS = 1  # QIF_BLIMITS
    _LIMIT_UNIT_BYTES = 1024

    def __init__(self, mount_point):
        self._device = subprocess.run(["findmnt", "--noheadings", "--output", "SOURCE", mount_point], check=True, text=True,
                                      stdout=subprocess.PIPE).stdout.strip()
        self._libc = ctypes.CDLL(None, use_errno=True)

    def _call(self, command, *values):
        data = ctypes.create_string_buffer(self._DQBLK.pack(*values), self._DQBLK.size)
        if self._libc.quotactl(ctypes.c_int(command), self._device.encode(), 0, data) != 0:
            raise OSError(ctypes.get_errno(), f"quotactl {self._device}: {os.strerror(ctypes.get_errno())}")
        return self._DQBLK.unpack(data.raw)

    @property
    def used_bytes(self):
        return self._call(self._GET, *[0] * 9)[2]

    def limit(self, limit_bytes):
        """0: none."""
        self._call(self._SET, limit_bytes // self._LIMIT_UNIT_BYTES, *[0] * 7, self._BLOCK_LIMITS)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def moment(event, path):
    return datetime.datetime.fromisoformat(pick(event, path).replace("Z", "+00:00"))


class Quota(faults.FaultCase):
    def setUp(self):
        super().setUp()
        self.logs = os.path.dirname(self.path)
        self.other = os.path.join(self.logs, "other")
        self.make_disk()
        try:
            self.mount_disk()
        except subprocess.CalledProcessError as error:
            raise SkipCell("ext4 with quota cannot be mounted here (CONFIG_QFMT_V2, a loop device)") from error
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.logs], check=False)
        self.quota = UserQuota(self.logs)

    def make_disk(self):
        if not os.path.isdir("/proc/sys/fs/quota"):
            raise SkipCell("no quota in this kernel (CONFIG_QUOTA)")
        if not shutil.which("mkfs.ext4"):
            raise SkipCell("mkfs.ext4 is not installed")
        self.disk = os.path.join(self.directory, "disk")
        with open(self.disk, "wb") as f:
            f.truncate(32 << 20)
        # By name, so that no default is in it that Linux 5.10 cannot mount.
        subprocess.run(["mkfs.ext4", "-q", "-b", "4096", "-O", "none,filetype,extent,has_journal,quota", "-E", "quotatype=usrquota",
                        self.disk], check=True)

    def mount_disk(self):
        subprocess.run(["mount", "-o", "loop,usrquota", self.disk, self.logs], check=True, capture_output=True)

    def go_over(self, dnsmon):
        """root may have what it has and no more: dnsmon reserves less than a hundred lookups need. Returns when it began and
        when it was noticed."""
        since, limit = now(), self.quota.used_bytes
        self.quota.limit(limit)
        self.ask(dnsmon)
        dnsmon.wait_log("Disk quota exceeded")
        self.assertLessEqual(self.quota.used_bytes, limit + (16 << 10), "and what the kernel itself writes, whom nothing binds")
        disk = os.statvfs(self.logs)
        self.assertGreater(disk.f_bavail * disk.f_frsize, 16 << 20, "the disk itself is full")
        return since, now()

    def outage(self, give_room):
        with self.monitor() as dnsmon:
            self.ask(dnsmon)
            since, noticed = self.go_over(dnsmon)
            room = now()
            give_room()
            self.ask(dnsmon)
            # What fits into the last block may go between two losses: wanted is the one that the new room has ended.
            dnsmon.wait_line(lambda line: '"dnsmon.loss"' in line and moment(json.loads(line), "event.end") >= room)
            self.ask(dnsmon, 10)
        losses = dnsmon.notices("loss")
        spans = [(moment(loss, "event.start"), moment(loss, "event.end")) for loss in losses]
        self.assertTrue(since <= spans[0][0] <= noticed, (since, noticed, spans))
        self.assertTrue(spans[-1][0] <= room <= spans[-1][1], (room, spans))
        self.assert_lost(dnsmon, losses)

    def assert_lost(self, dnsmon, losses):
        """Exactly what was said is missing in the file, also in what of it has reached the disk."""
        subprocess.run(["umount", self.logs], check=True)
        self.mount_disk()
        data = faults.read(self.path)
        self.assert_books(dnsmon, "file", faults.events_in(data), losses)
        # Standard output has every line: what is not in the file was lost, notices too.
        missing = len(dnsmon.lines) - len(data.splitlines())
        self.assertGreater(missing, 0)
        self.assertEqual(sum(pick(loss, "dnsmon.loss.events") for loss in losses), missing)
        self.assertEqual({pick(loss, "dnsmon.loss.reason") for loss in losses}, {"disk_full"})
        books = pick(dnsmon.notices("stats")[-1], "dnsmon.stats.sinks.file")
        self.assertEqual(books["dropped_by"], {"disk_full": missing})

    def test_over_quota_until_more_is_granted(self):
        self.outage(lambda: self.quota.limit(0))

    def test_over_quota_until_another_file_of_the_owner_is_gone(self):
        with open(self.other, "wb") as f:
            f.write(b"x" * (2 << 20))
        self.outage(lambda: os.unlink(self.other))


if __name__ == "__main__":
    main()
