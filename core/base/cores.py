"""How many cores a run takes, and of what kind: only the standard library is needed, no numerical one is loaded."""

import os
import platform
from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")


def available() -> int:
    """All cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def usual() -> int:
    """All cores this process may use but one, which is left to whoever watches."""
    return max(1, available() - 1)


def processor() -> str:
    """What the processor calls itself; on another one the last digits of a sum may differ."""
    try:
        lines = CPUINFO.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())
