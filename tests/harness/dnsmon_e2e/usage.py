# SPDX-License-Identifier: Apache-2.0
"""What a running process uses, as /proc and the kernel say it: CPU time, memory, descriptors, threads, BPF maps."""
import json
import os
import re
import subprocess

_TICKS = os.sysconf("SC_CLK_TCK")


def process_cpu(pid):
    """User and system seconds of a running process."""
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _status(pid, key):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(rf"^{key}:\s+(\d+)", f.read(), re.MULTILINE).group(1))


def resident_mib(pid):
    return _status(pid, "VmRSS") / 1024


def peak_resident_mib(pid):
    return _status(pid, "VmHWM") / 1024


def threads(pid):
    return _status(pid, "Threads")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def _bpftool(*words):
    return json.loads(subprocess.run(["bpftool", "--json", *words], check=True, capture_output=True).stdout)


def bpf_map(pid, name):
    """Id of the map `name` that the process holds a descriptor of."""
    for fd in os.listdir(f"/proc/{pid}/fdinfo"):
        try:
            with open(f"/proc/{pid}/fdinfo/{fd}") as f:
                found = re.search(r"^map_id:\s+(\d+)", f.read(), re.MULTILINE)
        except FileNotFoundError:  # closed meanwhile
            continue
        if found and _bpftool("map", "show", "id", found[1]).get("name") == name:
            return found[1]
    raise LookupError(f"process {pid} holds no map {name}")


def bpf_map_entries(ident):
    """Each key once: a walk begins anew when the key that it stands on is evicted (bpf(2), BPF_MAP_GET_NEXT_KEY)."""
    return len({json.dumps(entry["key"]) for entry in _bpftool("map", "dump", "id", ident)})
