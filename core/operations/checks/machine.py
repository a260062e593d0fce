"""The machine: its processor, memory and room on disk, also where a container is allowed less than there is."""

import os
import shutil
import tempfile
from pathlib import Path

from core.base import memory_info
from core.base.paths import home
from core.operations.finding import Finding
from core.operations.sizes import in_words

GROUP = Path("/sys/fs/cgroup")  # what a container may use, as Linux tells it
GB = 10**9
FEW, LITTLE = 2 * GB, 6 * GB  # bytes of memory: below, nothing works; below, large models do not
FULL, SCARCE = GB, 5 * GB  # bytes on disk, likewise
SETS = {"avx2": "AVX2", "avx512f": "AVX-512", "avx512_bf16": "AVX-512 bf16", "amx_bf16": "AMX bf16",
        "asimd": "NEON", "bf16": "bf16"}  # fmt: skip


def cores(group: Path = GROUP) -> float:
    """How many cores this process may use."""
    found = float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    quota, _, period = _told(group / "cpu.max").strip().partition(" ")
    return min(found, int(quota) / int(period)) if quota.isdigit() and period.isdigit() and int(period) else found


def flags(told: Path = Path("/proc/cpuinfo")) -> frozenset[str]:
    """What the processor can do, as Linux names it; empty where the system does not tell."""
    for line in _told(told).splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("flags", "Features"):
            return frozenset(value.split())
    return frozenset()


def processor(can: frozenset[str] | None = None, count: float | None = None) -> Finding:
    """Cores, and what kind of arithmetic they are fast at."""
    can, count = flags() if can is None else can, cores() if count is None else count
    named = [SETS[each] for each in SETS if each in can]
    said = f"{count:g} {'core' if count == 1 else 'cores'}, {', '.join(named) or 'of unknown kind'}"
    if can & {"avx512_bf16", "amx_bf16"}:
        return Finding("processor", f"{said}: training in half precision (bf16) is fast on it")
    if can & {"avx512f", "avx2", "asimd"}:
        return Finding("processor", f"{said}: usual speed; training computes in full precision, as bf16 is slow on it")
    if not can:
        return Finding("processor", said)
    return Finding("processor", f"{said}: without AVX2 everything takes several times as long", "note",
                   "A virtual machine may hide what its host has: give it the host's processor type.")  # fmt: skip


def memory(group: Path = GROUP) -> Finding:
    """Memory that can be had now."""
    free = memory_info.available()
    most, taken = _told(group / "memory.max").strip(), _told(group / "memory.current").strip()
    if most.isdigit() and taken.isdigit():
        free = min(free, max(0, int(most) - int(taken)))
    return _enough("memory", free, f"{in_words(free)} can be had", FEW, LITTLE,
                   "End other programs, or give the machine or container more.")  # fmt: skip


def disk() -> list[Finding]:
    """Room in the folder for everything that is made, and in the one for what is temporary."""
    return [_room("disk", home()), _room("disk, temporary", Path(tempfile.gettempdir()))]


def _room(what: str, place: Path) -> Finding:
    above = next((each for each in (place, *place.parents) if each.exists()), Path("/"))
    free = shutil.disk_usage(above).free
    return _enough(what, free, f"{in_words(free)} free in {place}", FULL, SCARCE,
                   "Make room: `counterproof tidy --dry-run` tells what could go.")  # fmt: skip


def _enough(what: str, free: int, said: str, problem: int, note: int, advice: str) -> Finding:
    if free < problem:
        return Finding(what, said, "problem", advice)
    return Finding(what, said, "note", advice) if free < note else Finding(what, said)


def _told(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
