"""A refining run as a shell command."""

import shlex
from dataclasses import fields
from typing import Any

from core.base.params import Method
from core.base.units import in_shell
from core.refinement.request import Refinement


def command(request: Refinement, device: str) -> str:
    """The same run from a shell, an option a line."""
    options: list[tuple[str, ...]] = [("--data", request.data), ("--objective", request.objective.key)]
    if request.start != "base":
        options.append(("--start", request.start))
    if request.images:
        options.append(("--images", str(request.images)))
    options += [("--layer", layer.key) for layer in request.layers]
    layers = [(layer.key, layer) for layer in request.layers]
    for prefix, method in (*layers, (request.objective.key, request.objective), ("schedule", request.schedule)):
        options += [("--set", each) for each in sets(prefix, method)]
    if device != "cpu":
        options.append(("--device", device))
    if request.title:
        options.append((f"--title={request.title}",))  # one word, since a title may begin with a dash
    return " \\\n  ".join(map(shlex.join, (("counterproof", "refine", request.base), *options)))


def sets(prefix: str, method: Method) -> list[str]:
    """Each parameter that is not at its default, as METHOD.NAME=VALUE."""
    words = []
    for entry in fields(method):
        value: Any = getattr(method, entry.name)
        if value != entry.default:
            words.append(f"{prefix}.{entry.name}={in_shell(entry, value)}")
    return words
