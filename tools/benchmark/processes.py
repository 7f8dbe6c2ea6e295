# SPDX-License-Identifier: Apache-2.0
"""processes - CPU time and memory of processes by id, from the kernel's own accounts."""
import os
import time

CPUCLOCK_SCHED = 2


def cpu_us(pid):
    """CPU time of a process, all its threads, in microseconds; 0 when it is gone."""
    try:
        return time.clock_gettime_ns((~pid << 3) | CPUCLOCK_SCHED) // 1000
    except OSError:
        return 0


def children(pid):
    """All descendants of a process."""
    parents = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(name))
    found, left = [], [pid]
    while left:
        for child in parents.get(left.pop(), []):
            found.append(child)
            left.append(child)
    return found


def name(pid):
    """What the process is called: the base name of its executable and its --role or instance."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read().decode(errors="replace").split("\0")
    except OSError:
        return ""
    return os.path.basename(words[0])


def pss_kib(pid, store_suffix=".mdb"):
    """(PSS without mapped store pages, PSS of mapped store pages) in KiB."""
    own = store = 0
    in_store = False
    try:
        with open(f"/proc/{pid}/smaps", encoding="ascii", errors="replace") as file:
            for line in file:
                if line[0].islower() or line[0].isdigit():
                    in_store = line.rstrip().endswith(store_suffix)
                elif line.startswith("Pss:"):
                    kib = int(line.split()[1])
                    own, store = (own, store + kib) if in_store else (own + kib, store)
    except OSError:
        pass
    return own, store


class Meter:
    """CPU spent by a set of processes between two moments."""

    def __init__(self, pids):
        self.pids = dict(pids)
        self.begin = {key: cpu_us(pid) for key, pid in self.pids.items()}

    def read(self):
        return {key: cpu_us(pid) - self.begin[key] for key, pid in self.pids.items()}

    def total(self):
        return sum(self.read().values())
