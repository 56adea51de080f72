# SPDX-License-Identifier: Apache-2.0
"""Programs that look something up; each knows the truth about itself that events are compared with."""
import os
import shutil
import subprocess
import traceback

from .waiting import PATIENCE


class Client:
    """Runs a program to its end and keeps pid, executable and command line."""

    def __init__(self, *argv, user=None, check=True):
        self.argv = argv
        self.executable = os.path.realpath(shutil.which(argv[0]))
        self.name = os.path.basename(argv[0])
        self.command_line = " ".join(argv)
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, user=user, group=user, extra_groups=[] if user else None)
        self.pid = process.pid
        self.output, _ = process.communicate(timeout=60 * PATIENCE)
        self.status = process.returncode
        if check and self.status:
            raise RuntimeError(f"{self.command_line}: exit {self.status}\n{self.output}")


def as_user(uid, work):
    """Runs work() in a child with that uid and gid; its pid."""
    def drop_and_work():
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
        work()
    return in_child(drop_and_work)


def in_child(work):
    """Runs work() in a forked child that exits the moment it is done; its pid."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    _, status = os.waitpid(pid, 0)
    if status:
        raise RuntimeError(f"child {pid}: wait status {status}")
    return pid
