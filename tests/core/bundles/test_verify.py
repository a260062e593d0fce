"""What a manifest and its arrays say is compared with what is computed again, every number of it."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch

from core.bundles.manifest import manifest_of
from core.bundles.verify import compared, numbers, unlike
from core.contracts.classifier import Classifier
from core.study.study import Study, begin

TIMES = ("seconds", "control_seconds")
FOUND = ("before", "attack", "noise_answers", "maps", "rows")


@pytest.fixture
def manifest(study: Study) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(json.dumps(manifest_of(study)))
    return told


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in the manifest a number stands that is found, not asked, and no time."""
    if isinstance(value, int | float) and not isinstance(value, bool) and before[-1] not in (*TIMES, "draw"):
        yield before
    for key, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(each, (*before, key))


def test_the_same_is_the_same(study: Study, manifest: dict[str, Any]) -> None:
    verdict = compared(manifest, study, study)
    assert verdict.same
    assert verdict.notes == []
    assert verdict.worst == 0
    assert verdict.count == len(list(places({part: manifest[part] for part in FOUND})))


def test_every_number_that_is_altered_is_seen(study: Study, manifest: dict[str, Any]) -> None:
    for *parents, last in places({part: manifest[part] for part in FOUND}):
        for value in (0.123, float("nan")):
            altered = copy.deepcopy(manifest)
            part = altered
            for key in parents:
                part = part[key]
            part[last] = value
            assert not compared(altered, study, study).same, (*parents, last)


@pytest.mark.parametrize("name", ["original", "attacked", "noise", "seeds"])
@pytest.mark.parametrize("value", [2.0, float("nan")])
def test_every_array_that_is_altered_is_seen(study: Study, manifest: dict[str, Any], name: str, value: float) -> None:
    maps = study.maps["lime"]
    changed = replace(maps, **{name: getattr(maps, name) * value})
    verdict = compared(manifest, replace(study, maps=study.maps | {"lime": changed}), study)
    assert not verdict.same
    assert f"maps/lime/{name} came out otherwise" in " ".join(verdict.notes)


def test_what_is_not_found_again_is_not_the_same(study: Study, manifest: dict[str, Any]) -> None:
    fewer = replace(study, maps={"lime": study.maps["lime"]}, measured={"lime": study.measured["lime"]})
    assert not compared(manifest, study, fewer).same
    assert compared(json.loads(json.dumps(manifest_of(fewer))), fewer, study).same
    manifest["refused"]["lime"] = "it cannot"
    assert not compared(manifest, study, study).same


def test_a_classifier_that_is_another_is_told_by_what_differs(study: Study, toy: Classifier) -> None:
    def again(**changes: Any) -> str:
        return unlike(study, begin(study.case, replace(toy, **changes), study.original))

    assert again() == ""
    assert "other weights" in again(fingerprint="1" * 64)
    assert again(mean=(0.5,)) == "toy has mean [0.5] here, and [0.0] in the manifest"
    assert again(labels=("a", "x", "c", "d")) == "class 1 of toy is 'x' here, and 'b' in the manifest"
    assert "3 classes here, and 4" in again(labels=("a", "b", "c"))
    assert "interpolation 'bilinear'" in again(interpolation="bilinear")
    assert "other layers" in again(net=torch.nn.Sequential(toy.net))


def test_numbers_are_named_by_what_they_are_about(manifest: dict[str, Any]) -> None:
    names = numbers(manifest)
    assert ("rows", "lime", "noise", "1", "spearman") in names
    assert ("attack", "trace", "0", "loss") in names
    assert not [name for name in names if name[-1] in TIMES]
