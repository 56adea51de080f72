# SPDX-License-Identifier: Apache-2.0
"""One thread of a process that stands still while the others go on: SIGSTOP would stop them all."""
import ctypes
import os

_PTRACE_DETACH, _PTRACE_SEIZE, _PTRACE_INTERRUPT = 17, 0x4206, 0x4207
_WALL = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


def _ptrace(request, tid):
    if _libc.ptrace(request, tid, None, None) != 0:
        raise OSError(ctypes.get_errno(), f"ptrace({request:#x}, {tid})")


class StoppedThread:
    """The thread of `pid` that is called `name`, for as long as the context lasts."""

    def __init__(self, pid, name):
        self._tid = next(tid for tid in map(int, os.listdir(f"/proc/{pid}/task")) if self._name(pid, tid) == name)

    @staticmethod
    def _name(pid, tid):
        with open(f"/proc/{pid}/task/{tid}/comm", encoding="utf-8") as f:
            return f.read().rstrip("\n")

    def __enter__(self):
        _ptrace(_PTRACE_SEIZE, self._tid)
        _ptrace(_PTRACE_INTERRUPT, self._tid)
        os.waitpid(self._tid, _WALL)
        return self

    def __exit__(self, *_):
        _ptrace(_PTRACE_DETACH, self._tid)
