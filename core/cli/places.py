"""Where a run of a command goes: this machine, or an engine that --on names."""

import argparse
from collections.abc import Mapping
from typing import Any

from core.base.devices import absent
from core.contracts.launcher import Launcher, Needs
from core.runs.launchers import LOCAL, launcher
from core.runs.run import Run
from core.runs.store import DEVICE, Store

OPTIONS = {"gpus": "gpus", "nodes": "nodes", "cpus": "cpus", "memory": "memory_gb", "hours": "hours"}


def place_of(given: argparse.Namespace) -> tuple[Launcher | None, Needs | None]:
    """The launcher and the needs that were named, None where none were; ValueError in one sentence."""
    said = {field: value for name, field in OPTIONS.items() if (value := getattr(given, name, None)) is not None}
    named = getattr(given, "on", "")
    on = launcher(named) if named else None
    if said and (on or launcher()).key == LOCAL and getattr(given, "verb", "") != "resume":
        raise ValueError("--gpus, --nodes, --cpus, --memory and --hours are for a place that --on names; here --device "
                         "says it")  # fmt: skip
    return on, Needs(**said) if said else None


def expect_device(given: argparse.Namespace) -> None:
    """ValueError in one sentence where the run cannot be had there: no such device here, or no such place."""
    on, _ = place_of(given)
    here = (on or launcher()).key == LOCAL
    if here and DEVICE.fullmatch(given.device) and (reason := absent(given.device)):
        raise ValueError(reason)


def submitted(task: str, arguments: Mapping[str, Any], given: argparse.Namespace) -> Run:
    """The run, submitted where it was asked for; ValueError or OSError in one sentence."""
    on, needs = place_of(given)
    parts, threads = getattr(given, "parts", 1), getattr(given, "threads", 0)
    return Store.usual().submit(task, arguments, device=given.device, threads=threads, on=on, needs=needs, parts=parts)
