"""Two accounts of one case, what a manifest says and what was computed again: every number, and every array."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from core.bundles.manifest import manifest_of
from core.bundles.write import arrays
from core.study.study import Study

TOLERANCE = 1e-4  # on each number, and relative to it where it is above 1
PIXEL = 1e-6  # on each value of an image
FINDINGS = ("before", "attack", "noise_answers", "maps", "rows")  # what a manifest found, beside what was asked
TIMES = ("seconds", "control_seconds")  # never twice the same
SHOWN = 5  # differences told one by one

Name = tuple[str, ...]


@dataclass
class Verdict:
    """How many numbers the manifest holds, the largest difference, and sentences; `same` if nothing differs."""

    count: int
    worst: float = 0.0
    same: bool = True
    notes: list[str] = field(default_factory=list)

    def differs(self, note: str) -> None:
        self.same = False
        self.notes.append(note)


def numbers(manifest: Mapping[str, Any]) -> dict[Name, float]:
    """Every number that a manifest found, by where it stands; a row by what it is about.

    >>> numbers({"before": [0.25, 0.75], "maps": {"lime": {"seconds": 3.0, "classes": [0]}}, "threads": 2})
    {('before', '0'): 0.25, ('before', '1'): 0.75, ('maps', 'lime', 'classes', '0'): 0.0}
    """
    return {name: value for part in FINDINGS for name, value in _leaves(manifest.get(part), (part,))}


def _leaves(value: Any, name: Name) -> Iterator[tuple[Name, float]]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield name, float(value)
    elif isinstance(value, list) and name == ("rows",):
        for row in value:
            yield (*name, row["explainer"], row["comparison"], str(row["draw"]), row["measure"]), float(row["value"])
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            yield from _leaves(each, (*name, str(place)))
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if key not in TIMES:
                yield from _leaves(each, (*name, key))


def compared(manifest: Mapping[str, Any], stored: Study, study: Study) -> Verdict:
    """What `study`, computed again, says of a manifest and of the arrays beside it, which are `stored`.

    Both are compared with what was computed, so neither vouches for the other. NaN differs from everything.
    """
    again = manifest_of(study)
    old, new = numbers(manifest), numbers(again)
    verdict = Verdict(len(old))
    apart = {name: abs(old[name] - new[name]) / max(1.0, abs(old[name])) for name in old if name in new}
    verdict.worst = max(apart.values(), default=0.0)
    wrong = sorted((name for name in apart if not apart[name] <= TOLERANCE), key=lambda name: -apart[name])
    for name in wrong[:SHOWN]:
        verdict.differs(f"{' '.join(name)} is {old[name]:.6g} in the manifest, {new[name]:.6g} now")
    if len(wrong) > SHOWN:
        verdict.notes.append(f"{len(wrong) - SHOWN} more differ")
    if lost := len(set(old) - set(new)):
        verdict.differs(f"{lost} of them were not found again")
    if set(new) - set(old):
        verdict.notes.append("The manifest was written before the case was complete; what it holds was compared")
    for key in sorted(set(manifest["refused"]) - set(again["refused"])):
        verdict.differs(f"the manifest says that {key} was refused; now it was not")
    _compare_arrays(arrays(stored), arrays(study), verdict)
    for what, was, now in _words(manifest, again):
        if was != now:
            verdict.notes.append(f"{what}: the manifest says {was!r}, now it is {now!r}")
    return verdict


def _compare_arrays(old: Mapping[str, Tensor], new: Mapping[str, Tensor], verdict: Verdict) -> None:
    for name in old:
        if name not in new or old[name].shape != new[name].shape:
            verdict.differs(f"the array {name} was not found again")
            continue
        apart = float((old[name] - new[name]).abs().max()) if old[name].numel() else 0.0
        scale = max(float(old[name].abs().max()), float(new[name].abs().max())) if old[name].numel() else 0.0
        if not apart <= (TOLERANCE * scale if name.startswith("maps/") else PIXEL):
            verdict.differs(f"the array {name} came out otherwise, by up to {apart:.2g}")


def _words(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What is told in words, (name, then, now)."""
    if old["attack"] and new["attack"]:
        yield "attack ran", old["attack"]["ran"], new["attack"]["ran"]
        was, now = (str(each["attack"].get("gradient", True)) for each in (old, new))
        yield "attack gradient", was, now
    for key in old["maps"].keys() & new["maps"].keys():
        yield f"maps {key} against", old["maps"][key]["against"], new["maps"][key]["against"]


def unlike(old: Study, new: Study) -> str:
    """Which fact about the classifier is not the one that the case was computed with, in one sentence; "" for none.

    A case saved by an earlier version does not tell how pictures were prepared: then that is not compared.
    """
    name = new.case.classifier
    if old.weights != new.weights:
        return f"{name} has other weights here than the ones the manifest was written for"
    if old.labels != new.labels:
        pairs = zip(old.labels, new.labels, strict=False)
        place = next((place for place, (was, now) in enumerate(pairs) if was != now), None)
        if place is None:
            return f"{name} has {len(new.labels)} classes here, and {len(old.labels)} in the manifest"
        return f"class {place} of {name} is {new.labels[place]!r} here, and {old.labels[place]!r} in the manifest"
    for fact, was in old.preprocessing.items():
        if fact in new.preprocessing and was != new.preprocessing[fact]:
            return f"{name} has {fact} {new.preprocessing[fact]!r} here, and {was!r} in the manifest"
    if old.preprocessing and old.fingerprint != new.fingerprint:
        return f"{name} is built of other layers here than the one the manifest was written for"
    if old.original.shape != new.original.shape:
        return f"{name} takes pictures of {tuple(new.original.shape)} here, not of {tuple(old.original.shape)}"
    return ""
