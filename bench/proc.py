"""Read from /proc the processor time and the memory of a process and all its descendants."""

import os
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def tree(root: int) -> list[int]:
    """Return the process and all its living descendants."""
    parents = {pid: int(fields[1]) for pid in _pids() if (fields := _stat(pid))}
    pids = [root]
    for pid in pids:
        pids += [child for child, parent in parents.items() if parent == pid]
    return pids


def cpu_seconds(root: int) -> float:
    """Return the processor time used so far by the tree, with that of ended children."""
    # From the third field on: utime, stime, and both of the children that were waited for.
    return sum(sum(map(int, fields[11:15])) for pid in tree(root) if (fields := _stat(pid))) / TICKS


def pss_megabytes(root: int) -> float:
    """Return the memory of the tree (PSS): memory shared between processes counts once."""
    return sum(map(_pss_kilobytes, tree(root))) * 1024 / 1e6


def cpu_model() -> str:
    for line in (PROC / "cpuinfo").read_text().splitlines():
        if line.startswith(("model name", "Model")):
            return line.partition(":")[2].strip()
    return "unknown"


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """Return the fields after the program's name, which may have blanks; none if the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _pss_kilobytes(pid: int) -> int:
    try:
        rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
