"""One file each: an engine that starts the worker of a run. Another one is one more file here, or a plug-in.

A file ends with `LAUNCHERS`, a tuple of classes, named like its key. A package of somebody else names its classes under
the entry point `counterproof.launchers`. Which one is used where nobody says so tells $COUNTERPROOF_LAUNCHER, such as
`slurm` or `slurm:partition=gpu`; `local` if it says nothing. The catalogue of methods does not read this folder: it
needs numerical libraries, which whoever lists runs does not.
"""

import importlib
import os
import pkgutil
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import Any

from core.base.params import from_spec, to_spec
from core.contracts.launcher import Launcher

LOCAL = "local"
GROUP = "counterproof.launchers"
FORM = "NAME or NAME:parameter=value,parameter=value"


@cache
def catalogue() -> Mapping[str, type[Launcher]]:
    """Key -> class, of the files here and of installed plug-ins; one that cannot be loaded is left out.

    >>> sorted(catalogue())[0]
    'local'
    """
    found: dict[str, type[Launcher]] = {}
    for entry in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        if not entry.name.startswith("_"):
            for each in importlib.import_module(f"{__name__}.{entry.name}").LAUNCHERS:
                found[each.key] = each
    for point in entry_points(group=GROUP):
        try:
            kind = point.load()
        except Exception:  # noqa: BLE001, S112  somebody else's package: without it the others still work
            continue
        if isinstance(kind, type) and issubclass(kind, Launcher) and kind.key and kind.key not in found:
            found[kind.key] = kind
    return MappingProxyType(found)


def launcher(said: str = "") -> Launcher:
    """The launcher that `said` names, else the environment does; ValueError in one sentence.

    >>> launcher("local").key, launcher("slurm:partition=gpu").partition
    ('local', 'gpu')
    >>> launcher("slurm:queue=gpu")
    Traceback (most recent call last):
    ValueError: slurm: unknown parameter queue; it has ...
    """
    said = said or os.environ.get("COUNTERPROOF_LAUNCHER") or LOCAL
    name, _, rest = said.partition(":")
    if name not in catalogue():
        raise ValueError(f"expected a launcher among {', '.join(sorted(catalogue()))}, got {name!r}")
    usual = {entry.name: entry.default for entry in fields(catalogue()[name])}
    spec: dict[str, Any] = {"method": name}
    for part in filter(None, rest.split(",")):
        parameter, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"expected {FORM}, got {said!r}")
        spec[parameter.strip()] = _read(value.strip(), usual.get(parameter.strip()))
    return from_json(spec)


def from_json(spec: Mapping[str, Any]) -> Launcher:
    """The launcher in its JSON form; ValueError in one sentence if it is not to be had here."""
    found = from_spec(spec, catalogue())
    assert isinstance(found, Launcher)
    return found


def to_json(on: Launcher) -> dict[str, Any]:
    """The JSON form of a launcher."""
    return to_spec(on)


def title(spec: Mapping[str, Any]) -> str:
    """What people call the launcher in its JSON form; its key if it is not to be had here.

    >>> title({"method": "slurm"}), title({"method": "new_thing"})
    ('Slurm', 'new_thing')
    """
    key = str(spec.get("method", ""))
    return catalogue()[key].title if key in catalogue() else key or "an engine"


def spoken(on: Launcher) -> str:
    """What `launcher` reads as `on`; what holds a comma cannot be said so.

    >>> spoken(launcher("slurm:partition=gpu,save_seconds=60")), spoken(launcher("local"))
    ('slurm:partition=gpu,save_seconds=60', 'local')
    """
    said = [f"{entry.name}={value}" for entry in fields(on) if (value := getattr(on, entry.name)) != entry.default]
    return ":".join(filter(None, (on.key, ",".join(said))))


def _read(value: str, usual: Any) -> Any:
    """A value of the kind of the parameter's default; as it is where it is none, which the parameter then says."""
    try:
        return type(usual)(value) if isinstance(usual, int | float) and not isinstance(usual, bool) else value
    except ValueError:
        return value
