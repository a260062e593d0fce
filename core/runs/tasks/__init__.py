"""The table of tasks: what a run can be asked to do, by name. A task's module is loaded when it is its turn."""

import importlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from core.runs.context import Context

Task = Callable[[Context, Mapping[str, Any]], Mapping[str, Any]]  # (the run, its JSON arguments) -> its JSON result


def late(module: str, name: str) -> Task:
    """The task `name` of `module`, imported at its first call: a run that waits for its device stays small."""

    def task(context: Context, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Task = getattr(importlib.import_module(module), name)
        return found(context, arguments)

    return task


TASKS: Mapping[str, Task] = MappingProxyType(
    {
        "ara": late("core.runs.tasks.ara", "ara"),
        "batch": late("core.runs.tasks.batch", "batch"),
        "compare": late("core.runs.tasks.compare", "compare"),
        "corruptions": late("core.runs.tasks.corruptions", "corruptions"),
        "detect": late("core.runs.tasks.detect", "detect"),
        "evaluate": late("core.runs.tasks.evaluate", "evaluate"),
        "explainers": late("core.runs.tasks.explainers", "explainers"),
        "masking": late("core.runs.tasks.masking", "masking"),
        "refine": late("core.runs.tasks.refine", "refine"),
        "trial": late("core.runs.tasks.trial", "trial"),
    }
)
DIVISIBLE = frozenset({"ara", "batch", "corruptions", "detect", "evaluate", "explainers"})  # see core.runs.parts.share


def at_least_one(**counts: Any) -> None:
    """ValueError in one sentence unless each of `counts`, from the arguments of a task, is a whole number from 1."""
    for name, count in counts.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            raise ValueError(f"expected {name} to be a whole number from 1, got {repr(count)[:60]}")
