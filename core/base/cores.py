"""How many cores a run takes: only the standard library is needed, and no numerical one is loaded."""

import os


def usual() -> int:
    """All cores this process may use but one, which is left to whoever watches."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores - 1)
